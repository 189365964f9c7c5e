"""Mistyped webhook addresses that contain the secret, and a search for parts of it in a text."""

from __future__ import annotations

from urllib.parse import unquote

# So few characters of a secret in a row tell nobody anything, and are never there by chance.
TELLING = 8
# Where the secret may stand, once somebody copied it wrongly. {encoded} is all of it in percents.
ADDRESSES = [
    "/hooks/zenvia/1/{secret}/",
    "/hooks/zenvia/1/{secret}",
    "/hooks/zenvia/1/{secret}x/",
    "/hooks/zenvia/1/{secret}/extra/{secret}",
    "/hooks/zenvia/{secret}",
    "/hooks/zenvia/0b8b9e0e-7c41-4f5e-9a3c-0a4b1f6f2d11/{secret}/",
    "/hooks/{secret}/",
    "/hook/zenvia/1/{secret}/",
    "/Hooks/Zenvia/1/{secret}/",
    "/HOOKS/ZENVIA/1/{upper}/",
    "/hooks/zenvia/1/{lower}/",
    "//hooks/zenvia/1/{secret}/",
    "/hooks//zenvia/1//{secret}/",
    "/hooks/zenvia/1/{encoded}/",
    "/%68ooks/zenvia/1/{encoded}/",
    "/hooks%2Fzenvia%2F1%2F{secret}%2F",
    "/hooks%252Fzenvia%252F1%252F{secret}",
    "/console/hooks/zenvia/1/{secret}/",
    "/zenvia/1/{secret}/",
    "/1/{secret}",
    "/{secret}",
    "/admin/hooks/zenvia/1/{secret}/",
    "/static/{secret}",
    "/healthz/{secret}",
    "/?secret={secret}",
    "/hooks/zenvia/1/?secret={secret}",
    "/admin/login/?next=/hooks/zenvia/1/{secret}/",
    "http://127.0.0.1/hooks/zenvia/1/{secret}/",
    "https://user:{secret}@127.0.0.1/hooks/",
]


def forms(secret: str) -> dict[str, str]:
    encoded = "".join(f"%{ord(letter):02X}" for letter in secret)
    return {"secret": secret, "upper": secret.upper(), "lower": secret.lower(), "encoded": encoded}


def told(secret: str, text: str) -> list[str]:
    """The parts of a secret that a text tells, as it stands or with its percents decoded."""
    texts = " ".join({text, unquote(text), unquote(unquote(text))}).lower()
    parts = [secret[start : start + TELLING].lower() for start in range(len(secret) - TELLING + 1)]
    return [part for part in parts if part in texts]
