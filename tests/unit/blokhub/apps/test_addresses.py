"""Where the processes of a hub listen, and which of them there are to be."""

import pytest

from blokhub.apps.addresses import PROCESSES, port_of, with_service_urls
from blokhub.apps.launcher import read_replicas
from blokhub.infra.settings import SettingError, Settings


def test_every_process_has_a_port_of_its_own() -> None:
    settings = Settings(port=4000)
    ports = [
        port_of(settings, name, replica) for name in PROCESSES if name != "gateway" for replica in (1, 2, 3)
    ]
    assert len(set(ports)) == len(ports)
    assert port_of(settings, "gateway") == 4000
    assert min(ports) == 4100


def test_a_port_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(SettingError, match="choose one below"):
        port_of(Settings(port=65500), "content")


def test_services_are_on_this_machine_unless_it_is_said_where() -> None:
    here = with_service_urls(Settings(port=4000), {"content": 2}).remote_services()
    assert here["users"] == ["http://127.0.0.1:4100"]
    assert here["content"] == ["http://127.0.0.1:4101", "http://127.0.0.1:4121"]
    elsewhere = Settings(service_urls="users=http://users:80")
    assert with_service_urls(elsewhere).remote_services() == {"users": ["http://users:80"]}


def test_a_canary_of_an_unknown_service_is_refused() -> None:
    with pytest.raises(SettingError, match="nothing"):
        with_service_urls(Settings(canary="nothing=http://a:1:10"))


def test_numbers_of_replicas_are_read_from_pairs() -> None:
    assert read_replicas("content=3, search=2") == {"content": 3, "search": 2}
    assert read_replicas("") == {}


@pytest.mark.parametrize(
    "text", ["content", "content=0", "content=many", "nothing=2", "gateway=2", "content=99"]
)
def test_other_numbers_of_replicas_are_refused(text: str) -> None:
    with pytest.raises(SettingError, match="content=3"):
        read_replicas(text)
