"""Ways to reach a person without a network between: e-mail, phone, and a homepage of one's own."""

from __future__ import annotations

import unicodedata
from typing import Final

from shared.identities.hosts import host, user_at_host
from shared.identities.network import Network
from shared.identities.text import escaped

_LONGEST_ADDRESS: Final = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
_NOT_IN_AN_ADDRESS: Final = frozenset('@<>(),;:\\"[] \t\n/')
_PUNCTUATION: Final = str.maketrans("", "", " \t\u00a0().-/")


def _email(typed: str) -> str | None:
    """RFC 5321 mailboxes without quoting. Plus tags and dots are kept: to most providers they mean another box."""
    found = user_at_host(unicodedata.normalize("NFC", typed))
    if found is None or len(typed) > _LONGEST_ADDRESS:
        return None
    user, its_host = found
    # Lower-casing can leave a character decomposed.
    user = unicodedata.normalize("NFC", user.lower())
    if len(user) > 64 or ".." in user or user[0] == "." or user[-1] == "." or not user.isprintable():
        return None
    return None if _NOT_IN_AN_ADDRESS.intersection(user) else f"{user}@{its_host}"


def _phone(typed: str) -> str | None:
    """ITU-T E.164, only where the country code is written: with "+" or "00"."""
    text = typed.partition(";")[0].lower()
    for extension in ("ext", "x", "#"):
        text = text.partition(extension)[0]
    digits = text.replace("(0)", "").translate(_PUNCTUATION)
    number = digits.lstrip("+")
    if not number.isdecimal():
        return None
    number = "".join(str(int(digit)) for digit in number)
    if digits[0] != "+":
        if not number.startswith("00"):
            return None
        number = number[2:]
    return f"+{number}"


def _homepage(typed: str) -> str | None:
    name, _, path = typed.partition("/")
    known = host(name.lower().removeprefix("www."))
    path = path.rstrip("/")
    return None if known is None else f"{known}/{path}" if path else known


def _homepage_url(handle: str) -> str:
    return f"https://{escaped(handle)}"


DIRECT: Final = (
    Network(
        name="email",
        title="e-mail",
        pattern=r"[^\s@]+@[a-z0-9.-]+",
        source="RFC 5321, RFC 6531",
        also=("mailto:{}",),
        ascii=False,
        odd=_email,
        unmistakable=r"[^\s@/:]+@[^\s@/:]+",
        labels=(
            *("email", "e mail", "email address", "mailadresse", "emailadresse", "mail adresse", "e mailadresse"),
            *("courriel", "adresse electronique", "adresse mail", "adresse e mail", "mel"),
            *("correo", "correo electronico", "direccion de correo"),
            *("posta elettronica", "indirizzo email", "endereco de email", "correio eletronico"),
            *("e mailadres", "emailadres", "mailadres", "e post", "epost", "e postadress", "adres e mail"),
            *("poczta", "eposta", "e posta", "sahkoposti", "электронная почта", "эл почта", "почта", "имейл"),
            *("メール", "メールアドレス", "电子邮件", "电子邮箱", "邮箱", "電子郵件", "이메일", "البريد الإلكتروني"),
        ),
        alone=("mail", "mejl"),
        examples={
            "Ann@Example.org": "ann@example.org",
            "mailto:ann@example.org?subject=hello": "ann@example.org",
            "Ann.ONeil+conf@example.org": "ann.oneil+conf@example.org",
            "<ann@example.org>": "ann@example.org",
            "ann@m\u00fcnchen.example": "ann@xn--mnchen-3ya.example",
        },
        nobody=("mailto:ann",),
    ),
    Network(
        name="phone",
        title="phone",
        pattern=r"\+[1-9][0-9]{6,14}",
        source="ITU-T E.164; RFC 3966 (tel)",
        also=(
            "wa.me/{} -> +{}",
            "api.whatsapp.com/send?phone={} -> +{}",
            "web.whatsapp.com/send?phone={} -> +{}",
            "whatsapp:send?phone={} -> +{}",
            "signal.me/#p/{}",
            "t.me/+{} -> +{}",
            "tel:{}",
            "sms:{}",
        ),
        elsewhere=("chat.whatsapp.com", "whatsapp.com"),
        odd=_phone,
        claims=r"[+(]?[\d(][\d\s()./+-]*(?:(?:ext\.?|x|#)\s*\d+)?",
        unmistakable=r"[+(][\d(+][\d\s().-]{6,30}",
        labels=(
            *("phone", "telephone", "phone number", "mobile", "mobile number", "cell phone", "cellphone", "whatsapp"),
            *("telefon", "telefonnummer", "handy", "handynummer", "mobilnummer", "mobiltelefon", "rufnummer", "mobil"),
            *("portable", "numero de telephone", "telefono", "movil", "celular", "numero di telefono", "cellulare"),
            *("telefone", "telemovel", "telefoonnummer", "telefoon", "mobiel", "komorka", "numer telefonu", "puhelin"),
            *("telefon numarasi", "телефон", "номер телефона", "мобильный"),
            *("電話", "電話番号", "携帯", "电话", "手机", "手机号", "전화번호", "휴대폰", "رقم الهاتف"),
        ),
        alone=("tel", "cell", "gsm", "fon"),
        examples={
            "+33 1 99 00 00 10": "+33199000010",
            "0044 20 7946 0958": "+442079460958",
            "+44 (0)20 7946 0958": "+442079460958",
            "(+33) 199-00.00.10": "+33199000010",
            "tel:+1-201-555-0123;ext=4": "+12015550123",
            "https://wa.me/33199000010": "+33199000010",
            "https://api.whatsapp.com/send?phone=33199000010&text=hi": "+33199000010",
            "https://signal.me/#p/+33199000010": "+33199000010",
            "+٣٣١٩٩٠٠٠٠١٠": "+33199000010",
        },
        nobody=("https://chat.whatsapp.com/abc", "https://wa.me/message/ABC"),
    ),
    Network(
        name="homepage",
        title="homepage",
        pattern=r"[a-z0-9.-]+(?:/[^\s?#\\%@]{1,200})?",
        source="RFC 3986",
        ascii=False,
        odd=_homepage,
        odd_url=_homepage_url,
        # "Website" alone is as often the employer's, which hundreds of attendees share.
        labels=(
            *("homepage", "personal website", "personal site", "personal web site", "personal page", "own website"),
            *("personliche website", "personliche webseite", "site personnel", "sitio personal", "sito personale"),
            *("my website", "your website", "blog url", "personal blog"),
        ),
        alone=("blog", "portfolio"),
        examples={
            "https://www.Ann.example/": "ann.example",
            "ann.example": "ann.example",
            "https://example.org/~ann/?utm_source=x": "example.org/~ann",
        },
        nobody=("https://127.0.0.1/ann", "https://localhost/ann", "https://ann@example.org/"),
    ),
)
