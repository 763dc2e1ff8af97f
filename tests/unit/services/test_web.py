"""What the guarded client refuses, and that it refuses before anything is sent."""

import datetime as dt
import gzip
import socket
import ssl
import time
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.services.web import NotPublic, Opening, Unreachable, Web, host_of, is_public
from tests.unit.services.servers import http_server, raw_server

HOST = "social.example"
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

INSIDE = (
    *("10.0.0.1", "127.0.0.1", "127.8.8.8", "0.0.0.0", "169.254.169.254", "169.254.170.2", "172.16.0.1"),
    *("172.31.255.255", "192.168.1.1", "100.64.0.1", "100.100.100.200", "192.0.0.1", "192.0.2.1", "198.18.0.1"),
    *("198.51.100.7", "203.0.113.7", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
    *("::", "::1", "fe80::1", "fe80::1%1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:a00:1", "::127.0.0.1", "::ffff:0:127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1"),
    *("2001:0:808:808::f7f7:f7f7", "2001:10::1", "2001:20::1", "100::1", "5f00::1"),
    *("", "localhost", "1.2.3", "0x7f000001", "2130706433", "0177.0.0.1"),
)
OUTSIDE = ("8.8.8.8", "140.82.112.5", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808")


@pytest.fixture(autouse=True)
def connects(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that anything connects to; what is not this machine fails before a packet is sent."""
    made: list[Any] = []
    original = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        made.append(address)
        if address[0] != "127.0.0.1":
            raise ConnectionRefusedError("tests stay on this machine")
        original(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return made


def web(port: int = 0, **options: Any) -> Web:
    return Web(allow={HOST: Opening("127.0.0.1", port)}, **({"read_seconds": 1.0} | options))


class TestWhatIsInside:
    @pytest.mark.parametrize("address", INSIDE)
    def test_nothing_inside_is_public(self, address: str) -> None:
        assert not is_public(address)

    @pytest.mark.parametrize("address", OUTSIDE)
    def test_the_public_internet_is(self, address: str) -> None:
        assert is_public(address)

    @pytest.mark.parametrize("address", INSIDE)
    def test_a_name_that_leads_inside_is_refused_without_connecting(self, address: str, connects: list[Any]) -> None:
        with pytest.raises(NotPublic, match="not public"):
            Web(resolve=lambda _: [address]).get(f"https://{HOST}/", host=HOST)
        assert connects == []

    def test_one_address_inside_among_public_ones_is_enough(self, connects: list[Any]) -> None:
        with pytest.raises(NotPublic):
            Web(resolve=lambda _: ["8.8.8.8", "10.0.0.1"]).get(f"https://{HOST}/", host=HOST)
        assert connects == []

    def test_a_name_that_is_public_at_first_and_inside_later_is_looked_up_once_and_its_first_answer_used(
        self, connects: list[Any]
    ) -> None:
        answers = iter([["93.184.215.14"], ["169.254.169.254"]])
        with pytest.raises(Unreachable, match="refused"):
            Web(resolve=lambda _: next(answers)).get(f"https://{HOST}/", host=HOST)
        assert connects == [("93.184.215.14", 443)]
        assert list(answers) == [["169.254.169.254"]]

    def test_every_public_address_is_tried(self, connects: list[Any]) -> None:
        with pytest.raises(Unreachable, match="refused"):
            Web(resolve=lambda _: ["2606:4700::1111", "8.8.8.8"]).get(f"https://{HOST}/", host=HOST)
        assert connects == [("2606:4700::1111", 443), ("8.8.8.8", 443)]

    def test_the_next_request_is_checked_anew(self, connects: list[Any]) -> None:
        answers = iter([["93.184.215.14"], ["169.254.169.254"]])
        client = Web(resolve=lambda _: next(answers))
        with pytest.raises(Unreachable):
            client.get(f"https://{HOST}/", host=HOST)
        with pytest.raises(NotPublic):
            client.get(f"https://{HOST}/", host=HOST)
        assert len(connects) == 1


class TestWhatMayBeAsked:
    @pytest.mark.parametrize(
        "url",
        [
            f"http://{HOST}/",
            f"https://{HOST}:8443/",
            f"https://ann@{HOST}/",
            f"https://ann:secret@{HOST}/",
            f"https://{HOST}@169.254.169.254/",
            f"https://{HOST}\\@127.0.0.1/",
            f"https://{HOST}#@127.0.0.1/",
            f"https://{HOST}.evil.example/",
            f"https://evil.example/?{HOST}",
            f"https://{HOST}%2eevil.example/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.0x1/",
            "file:///etc/passwd",
            "//social.example/",
            "/etc/passwd",
            f" https://{HOST}/",
            f"https://{HOST}/ HTTP/1.1\r\nX: y",
            f"https://{HOST}/\r\nX: y",
            "https:///",
            "",
        ],
    )
    def test_only_https_at_exactly_the_named_host(self, url: str, connects: list[Any]) -> None:
        with pytest.raises(NotPublic):
            Web(resolve=lambda _: ["8.8.8.8"], allow={HOST: Opening("127.0.0.1", 9)}).get(url, host=HOST)
        assert connects == []

    @pytest.mark.parametrize(
        "host", ["", "localhost", "127.0.0.1", "[::1]", "a..example", "x" * 64 + ".example", "a/b.c"]
    )
    def test_a_host_is_a_name_with_a_dot(self, host: str, connects: list[Any]) -> None:
        with pytest.raises(NotPublic):
            Web(resolve=lambda _: ["8.8.8.8"]).get(f"https://{host}/", host=host)
        assert connects == []

    def test_the_host_is_compared_as_dns_does(self) -> None:
        asked = []

        def answer(path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
            asked.append((headers["host"], path))
            return 200, {}, b""

        name = "xn--bcher-kva.example"
        with http_server(answer) as port:
            client = Web(allow={name: Opening("127.0.0.1", port)})
            client.get("https://BÜCHER.example:443?q=1", host="bücher.example.")
            client.get(f"HTTPS://{name}/a?b=c", host=name.upper())
        assert asked == [(name, "/?q=1"), (name, "/a?b=c")]

    def test_a_redirect_is_an_answer_and_is_not_followed(self, connects: list[Any]) -> None:
        with http_server(lambda *_: (302, {"Location": "http://169.254.169.254/latest"}, b"")) as port:
            page = web(port).get(f"https://{HOST}/", host=HOST)
        assert (page.status, page.headers["location"]) == (302, "http://169.254.169.254/latest")
        assert connects == [("127.0.0.1", port)]

    def test_proxies_of_the_environment_are_not_asked(
        self, monkeypatch: pytest.MonkeyPatch, connects: list[Any]
    ) -> None:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"):
            monkeypatch.setenv(name, "http://10.0.0.1:3128")
        with http_server(lambda *_: (200, {}, b"hello")) as port:
            assert web(port).get(f"https://{HOST}/", host=HOST).body == b"hello"
        assert connects == [("127.0.0.1", port)]

    def test_headers_go_out_and_come_back_in_lower_case_and_no_cookie_is_kept(self) -> None:
        asked: list[dict[str, str]] = []

        def answer(_: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
            asked.append(headers)
            return 429, {"Retry-After": "60", "Set-Cookie": "a=b"}, b"slow down"

        with http_server(answer) as port:
            client = web(port)
            page = client.get(f"https://{HOST}/", host=HOST, headers={"If-None-Match": '"x"'})
            client.get(f"https://{HOST}/", host=HOST)
        assert (page.status, page.headers["retry-after"], page.body) == (429, "60", b"slow down")
        assert asked[0]["if-none-match"] == '"x"'
        assert asked[0]["user-agent"].startswith("Icebreaker")
        assert "cookie" not in asked[1]


class TestPosting:
    def test_a_body_is_posted_whole_and_the_answer_read(self) -> None:
        posted: list[bytes] = []
        asked: list[tuple[str, dict[str, str]]] = []

        def answer(path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
            asked.append((path, headers))
            return 200, {}, b"ok"

        body = b'{"text": "hello"}' * 10_000
        with http_server(answer, posted=posted) as port:
            headers = {"Content-Type": "application/json"}
            page = web(port).post(f"https://{HOST}/hook?a=b", body, host=HOST, headers=headers)
        assert (page.status, page.body, posted) == (200, b"ok", [body])
        [(path, sent)] = asked
        assert (path, sent["content-type"], sent["content-length"]) == (
            "/hook?a=b",
            "application/json",
            str(len(body)),
        )

    @pytest.mark.parametrize("address", ["169.254.169.254", "10.0.0.1", "::1"])
    def test_nothing_is_posted_inside(self, address: str, connects: list[Any]) -> None:
        with pytest.raises(NotPublic, match="not public"):
            Web(resolve=lambda _: [address]).post(f"https://{HOST}/hook", b"{}", host=HOST)
        assert connects == []

    def test_a_server_that_takes_a_body_and_says_nothing_is_left(self) -> None:
        begun = time.monotonic()
        with (
            raw_server(lambda _: time.sleep(5)) as port,
            pytest.raises(Unreachable, match=r"within 0\.3 seconds"),
        ):
            web(port, read_seconds=0.3).post(f"https://{HOST}/hook", b"{}", host=HOST)
        assert time.monotonic() - begun < 1

    @pytest.mark.parametrize("url", ["https://Hooks.Slack.example/services/T/B/x", "https://hooks.slack.example:443"])
    def test_the_host_of_an_address_is_what_it_names(self, url: str) -> None:
        assert host_of(url) == "hooks.slack.example"

    @pytest.mark.parametrize(
        "url",
        [
            "http://a.example/s3cret",
            "https://a.example:8443/s3cret",
            "https://s3cret@a.example/",
            "https://10.0.0.1/",
            "",
        ],
    )
    def test_what_is_no_plain_https_address_names_no_host_and_is_not_repeated(self, url: str) -> None:
        with pytest.raises(NotPublic) as caught:
            host_of(url)
        assert "s3cret" not in str(caught.value)


class TestWhatItCosts:
    def test_a_server_that_says_nothing_is_left(self) -> None:
        with raw_server(lambda _: time.sleep(5)) as port:
            self._gives_up_in_time(port)

    def test_a_slow_drip_of_headers_is_left(self) -> None:
        self._drips(b"", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000)

    def test_a_slow_drip_of_a_body_is_left(self) -> None:
        self._drips(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"a" * 5000)

    def test_a_resolver_that_does_not_answer_is_left(self) -> None:
        begun = time.monotonic()
        with pytest.raises(Unreachable, match=r"within 0\.2 seconds"):
            Web(connect_seconds=0.2, resolve=lambda _: time.sleep(3) or []).get(f"https://{HOST}/", host=HOST)
        assert time.monotonic() - begun < 1

    @pytest.mark.parametrize("length", [b"", b"Content-Length: 999999999\r\n", b"Transfer-Encoding: chunked\r\n"])
    def test_an_endless_body_is_left(self, length: bytes) -> None:
        sent = count()

        def endless(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n")
            piece = b"a" * 65536
            while next(sent) < 10_000:
                connection.sendall(b"10000\r\n" + piece + b"\r\n" if b"chunked" in length else piece)

        with raw_server(endless) as port, pytest.raises(Unreachable, match="more than 1,000,000 bytes"):
            web(port, most_bytes=1_000_000).get(f"https://{HOST}/", host=HOST)
        assert next(sent) < 500

    def test_a_gzip_bomb_is_left(self) -> None:
        bomb = gzip.compress(bytes(50_000_000))
        with (
            http_server(lambda *_: (200, {"Content-Encoding": "gzip"}, bomb)) as port,
            pytest.raises(Unreachable, match="more than 1,000,000 bytes"),
        ):
            web(port, most_bytes=1_000_000).get(f"https://{HOST}/", host=HOST)

    def test_what_is_within_bounds_is_decompressed(self) -> None:
        with http_server(lambda *_: (200, {"Content-Encoding": "gzip"}, gzip.compress(b"hello" * 100_000))) as port:
            assert web(port).get(f"https://{HOST}/", host=HOST).body == b"hello" * 100_000

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
            b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
            b"SSH-2.0-OpenSSH\r\n",
        ],
    )
    def test_what_is_broken_off_or_no_http_is_unreachable(self, answer: bytes) -> None:
        with raw_server(lambda connection: connection.sendall(answer)) as port, pytest.raises(Unreachable):
            web(port).get(f"https://{HOST}/", host=HOST)

    def test_what_went_wrong_is_said_without_the_address(self) -> None:
        with raw_server(lambda _: None) as port, pytest.raises(Unreachable) as caught:
            web(port).get(f"https://{HOST}/ann?token=s3cret", host=HOST)
        assert HOST in str(caught.value)
        assert "ann" not in str(caught.value)
        assert "s3cret" not in str(caught.value)

    def test_a_malformed_answer_is_not_logged_with_its_address(self, caplog: pytest.LogCaptureFixture) -> None:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nno colon\r\n\r\nhello"
        with raw_server(lambda connection: connection.sendall(answer)) as port:
            web(port).get(f"https://{HOST}/ann?token=s3cret", host=HOST)
        assert caplog.text == ""

    @staticmethod
    def _drips(at_once: bytes, slowly: bytes) -> None:
        def drip(connection: socket.socket) -> None:
            connection.sendall(at_once)
            for byte in slowly:
                connection.sendall(bytes([byte]))
                time.sleep(0.05)

        with raw_server(drip) as port:
            TestWhatItCosts._gives_up_in_time(port)

    @staticmethod
    def _gives_up_in_time(port: int) -> None:
        begun = time.monotonic()
        with pytest.raises(Unreachable, match=r"within 0\.3 seconds"):
            web(port, read_seconds=0.3).get(f"https://{HOST}/", host=HOST)
        assert time.monotonic() - begun < 1


class TestTls:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> tuple[Path, Path]:
        """A certificate for social.example that is its own authority, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
        now = dt.datetime.now(dt.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        (tmp_path / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        (tmp_path / "key.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return tmp_path / "cert.pem", tmp_path / "key.pem"

    def test_a_server_that_proves_its_name_is_read(self, certificate: tuple[Path, Path]) -> None:
        with self._server(certificate) as port:
            client = Web(allow={HOST: Opening("127.0.0.1", port, str(certificate[0]))})
            assert client.get(f"https://{HOST}/", host=HOST).body == b"hello"

    def test_a_slow_drip_over_tls_is_left_too(self, certificate: tuple[Path, Path]) -> None:
        with self._server(certificate, seconds_a_byte=0.05) as port:
            client = Web(allow={HOST: Opening("127.0.0.1", port, str(certificate[0]))}, read_seconds=0.3)
            with pytest.raises(Unreachable, match=r"within 0\.3 seconds"):
                client.get(f"https://{HOST}/", host=HOST)

    def test_a_certificate_for_another_name_is_not_taken(self, certificate: tuple[Path, Path]) -> None:
        with self._server(certificate) as port:
            client = Web(allow={"other.example": Opening("127.0.0.1", port, str(certificate[0]))})
            with pytest.raises(Unreachable, match="certificate is not valid"):
                client.get("https://other.example/", host="other.example")

    def test_a_certificate_of_an_unknown_authority_is_not_taken(
        self, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By the path of production: resolved, checked, connected; only the last step is bent to this machine."""
        with self._server(certificate) as port:
            bent = socket.socket.connect
            monkeypatch.setattr(socket.socket, "connect", lambda self, _: bent(self, ("127.0.0.1", port)))
            with pytest.raises(Unreachable, match="certificate is not valid"):
                Web(resolve=lambda _: ["8.8.8.8"]).get(f"https://{HOST}/", host=HOST)

    @staticmethod
    def _server(certificate: tuple[Path, Path], seconds_a_byte: float = 0) -> Any:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)

        def answer(connection: socket.socket) -> None:
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(65536)
                for piece in [HELLO] if not seconds_a_byte else [bytes([byte]) for byte in HELLO]:
                    secure.sendall(piece)
                    time.sleep(seconds_a_byte)

        return raw_server(answer, reads_first=False)
