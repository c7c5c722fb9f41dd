"""Ports and passwords are chosen once, kept private, and replaced when they cannot be used."""

import os
import socket
import stat
from pathlib import Path

import pytest

from blokhub.engines.addresses import Address, AddressBook, free_port, is_free, require_free_port
from blokhub.engines.errors import PortTaken


def test_an_address_is_remembered(tmp_path: Path) -> None:
    first = AddressBook(tmp_path)
    chosen = first.usable("valkey")
    assert chosen.fresh
    first.store("valkey", chosen)

    second = AddressBook(tmp_path)
    second.load()
    assert second.usable("valkey") == Address(chosen.port, chosen.password)


def test_only_the_owner_can_read_the_file_whatever_the_umask(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        AddressBook(tmp_path).store("nats", Address(20_001, "secret"))
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "engines.json").stat().st_mode) == 0o600


def test_storing_one_engine_keeps_the_others(tmp_path: Path) -> None:
    book = AddressBook(tmp_path)
    book.store("nats", Address(20_001, "a"))
    book.store("valkey", Address(20_002, "b"))
    assert book.read() == {"nats": Address(20_001, "a"), "valkey": Address(20_002, "b")}


def test_a_taken_port_is_replaced_and_the_password_stays(tmp_path: Path) -> None:
    book = AddressBook(tmp_path)
    with socket.create_server(("127.0.0.1", free_port())) as stranger:
        taken = stranger.getsockname()[1]
        book.store("nats", Address(taken, "secret"))
        moved = book.usable("nats")
    assert moved.port != taken
    assert moved.password == "secret"
    assert not moved.fresh


@pytest.mark.parametrize("content", ["", "{", "[]", '{"nats": 3}', '{"nats": {"port": "x"}}'])
def test_a_damaged_file_is_set_aside(tmp_path: Path, content: str) -> None:
    (tmp_path / "engines.json").write_text(content)
    book = AddressBook(tmp_path)
    with pytest.raises(ValueError):
        book.read()
    book.load()
    assert book.get("nats") is None
    assert (tmp_path / "engines.unreadable").read_text() == content


def test_passwords_differ_between_engines_and_folders(tmp_path: Path) -> None:
    passwords = {AddressBook(tmp_path).usable(name).password for name in ("a", "b", "a")}
    assert len(passwords) == 3
    assert all(len(password) >= 32 for password in passwords)


def test_a_free_port_is_free() -> None:
    assert is_free(free_port())


def test_whoever_took_a_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"process {os.getpid()}\)") as refused:
            require_free_port(port, "BLOK_PORT")
    assert f"BLOK_PORT={port + 1}" in refused.value.next_step
    require_free_port(port, "BLOK_PORT")
