"""NATS JetStream: the log through which services hear of each other's events."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from blokhub.kernel.events import RecordedEvent

_DEDUPLICATION_SECONDS = 600

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(RecordedEvent)


def encode(event: RecordedEvent) -> bytes:
    """The event as it travels: its fields as one JSON object."""
    return _encoder.encode(event)


def decode(payload: bytes) -> RecordedEvent:
    """Read what `encode` wrote. Raises msgspec.MsgspecError when it is something else."""
    return _decoder.decode(payload)


class Broker:
    """One connection to NATS, reconnecting for ever. Hubs of different namespaces can share a server."""

    def __init__(self, url: str, namespace: str) -> None:
        self._url = url
        self._prefix = f"{namespace}.events"
        self._signals = f"{namespace}.signals"
        self._name = f"{namespace}_events".upper()
        self._client: Client | None = None
        self._stream: JetStreamContext | None = None

    async def connect(self, name: str) -> None:
        """Connect and make sure that the stream of events exists."""
        self._client = await nats.connect(
            self._url, name=name, max_reconnect_attempts=-1, reconnect_time_wait=0.2, connect_timeout=5
        )
        self._stream = self._client.jetstream(timeout=5, publish_async_max_pending=4000)
        config = StreamConfig(
            name=self._name,
            subjects=[self.subject(">")],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            duplicate_window=_DEDUPLICATION_SECONDS,
            allow_direct=True,
        )
        try:
            await self._stream.stream_info(self._name)
        except NotFoundError:
            await self._stream.add_stream(config)

    def subject(self, event_type: str) -> str:
        """The subject under which events of a type travel; NATS wildcards are fine."""
        return f"{self._prefix}.{event_type}"

    @property
    def client(self) -> Client:
        """The connected client."""
        assert self._client is not None, "connect first"
        return self._client

    @property
    def stream(self) -> JetStreamContext:
        """JetStream on the connected client."""
        assert self._stream is not None, "connect first"
        return self._stream

    @property
    def connected(self) -> bool:
        """Whether the server answers at this moment."""
        return self._client is not None and self._client.is_connected

    async def publish(self, events: Sequence[RecordedEvent]) -> int:
        """Publish in order; returns how many were acknowledged before the first that was not.

        The event id is the message id, so that publishing again changes nothing.
        """
        waiting = [
            await self.stream.publish_async(
                self.subject(event.type), encode(event), headers={"Nats-Msg-Id": event.id}
            )
            for event in events
        ]
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        for count, answer in enumerate(answers):
            if isinstance(answer, BaseException):
                return count
        return len(answers)

    async def follow(self, event_types: str, after: int) -> JetStreamContext.PullSubscription:
        """Read the log from the message after sequence number `after`, in order.

        The reader keeps its own position. One that is ahead of the log (which was lost, then) begins anew.
        """
        info = await self.stream.stream_info(self._name)
        start = after + 1 if after <= info.state.last_seq else 1
        config = ConsumerConfig(
            filter_subject=self.subject(event_types),
            ack_policy=AckPolicy.NONE,
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=start,
            inactive_threshold=60,
            mem_storage=True,
        )
        consumer = await self.stream.add_consumer(self._name, config)
        return await self.stream.pull_subscribe_bind(consumer=consumer.name, stream=self._name)

    async def signal(self, topic: str) -> None:
        """Wake every process that listens at this moment.

        Nothing is kept, and a signal may be lost: it can only hasten what would happen anyway.
        """
        if self.connected:
            await self.client.publish(f"{self._signals}.{topic}")

    async def on_signal(self, topic: str, wake: Callable[[], None]) -> None:
        """Call `wake` at each signal of `topic`, from whichever process, for as long as we are connected."""

        async def hear(_: Msg) -> None:
            wake()

        await self.client.subscribe(f"{self._signals}.{topic}", cb=hear)

    async def close(self) -> None:
        """Flush what is pending and disconnect."""
        if self._client is not None and not self._client.is_closed:
            await self._client.close()
