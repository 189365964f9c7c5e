"""What a fresh console shows: an integration that reaches the sandbox and back, templates, and people."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from outbound import audit, roles
from outbound.audit import Verb
from outbound.lifecycle import AddressPolicy, WindowPolicy
from outbound.models import Integration, Recipient, Template, TemplateField
from outbound.webhooks import secrets as webhook_secrets

USERNAME = "operator"
INTEGRATION = "Sandbox"
SLUG, REMOTE_ID = "demo", "1"
HERE = "http://127.0.0.1:"

TEMPLATES = [
    (
        "3b9c0955-bdd9-00de-4135-6cfb74f5fb2e",
        "Cobrança amigável",
        "utility",
        "Olá {{name}}, sua fatura de {{value}} vence amanhã. Responda SAIR para não receber mais avisos.",
        [("name", "Nome", "Maria"), ("value", "Valor", "R$ 1670,00")],
    ),
    (
        "lembrete-consulta",
        "Lembrete de consulta",
        "utility",
        "{{nome}}, sua consulta é em {{data}} às {{hora}}. Podemos confirmar?",
        [("nome", "Nome", "João"), ("data", "Data", "25/11"), ("hora", "Hora", "14h30")],
    ),
    (
        "boas-vindas",
        "Boas-vindas",
        "marketing",
        "Olá! Que bom ter você aqui. Escreva MENU quando precisar da gente.",
        [],
    ),
]
PEOPLE = [
    "Ana Souza", "Bruno Lima", "Carla Mendes", "Diego Rocha", "Elisa Prado", "Fábio Nunes", "Gabriela Reis",
    "Heitor Dias", "Isabel Castro", "João Pires", "Karina Alves", "Lucas Teixeira", "Mariana Freitas",
    "Nuno Barros", "Olívia Campos", "Paulo Sérgio", "Queila Ramos", "Rafael Moura", "Sofia Andrade",
    "Tiago Martins",
]  # fmt: skip


def prepare(sandbox_port: int) -> str:
    """Make what is missing, change nothing that is there, and return the operator's new password."""
    roles.ensure_groups()
    _integration(sandbox_port)
    for row in TEMPLATES:
        _template(*row)
    for index, name in enumerate(PEOPLE, start=1):
        # 90000-10xx is in no block that was given out, so the demo never means a real person.
        Recipient.objects.get_or_create(
            phone=f"+55119000010{index:02}", defaults={"name": name, "attributes": {"cidade": "São Paulo"}}
        )
    password = _operator()
    audit.record(Integration.objects.get(name=INTEGRATION), Verb.DEMO_PREPARED, None)
    return password


def open_webhook(port: int, path: Path) -> None:
    """Let the sandbox know where its events go: to the web server at `port`, said in the file at `path`.

    The secret that stands there is kept as long as it is valid, and a new one is made otherwise. An
    integration that was pointed elsewhere is left alone.
    """
    integration = Integration.objects.filter(name=INTEGRATION, base_url__startswith=HERE).first()
    if integration is None:
        return
    known = _known(path)
    secret = str(known.get("url", "")).rstrip("/").rpartition("/")[2]
    if not webhook_secrets.is_valid(integration, secret):
        secret = webhook_secrets.rotate(integration, by=None, now=timezone.now())
    said = {"url": f"{HERE}{port}/hooks/zenvia/{integration.pk}/{secret}/"}
    _write(path, {**known, **said})


def _known(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(path: Path, value: dict[str, Any]) -> None:
    """Put a whole file in place of the old one, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # mode 0600 by itself
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(value, file)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def _integration(sandbox_port: int) -> None:
    base_url = f"{HERE}{sandbox_port}/zenvia"
    # Its events come from this machine, which is no address of Zenvia's.
    usual = {"slug": SLUG, "remote_id": REMOTE_ID, "webhook_addresses": AddressPolicy.OFF}
    # Nobody has written yet, and a first rich notification is to go all the same.
    usual |= {"window_policy": WindowPolicy.ALLOW}
    integration, created = Integration.objects.get_or_create(
        name=INTEGRATION, defaults={**usual, "base_url": base_url}
    )
    if created:
        integration.replace_token(secrets.token_urlsafe(24), by=None, now=timezone.now())
    elif integration.base_url != base_url and integration.base_url.startswith(HERE):
        Integration.objects.filter(pk=integration.pk).update(base_url=base_url)


def _template(
    template_id: str, name: str, category: str, body: str, fields: list[tuple[str, str, str]]
) -> None:
    template, created = Template.objects.get_or_create(
        template_id=template_id, defaults={"name": name, "category": category, "body": body}
    )
    if created:
        TemplateField.objects.bulk_create(
            TemplateField(template=template, key=key, label=label, example=example, position=position)
            for position, (key, label, example) in enumerate(fields)
        )


def _operator() -> str:
    password = secrets.token_urlsafe(12)
    user, _created = get_user_model().objects.get_or_create(username=USERNAME, defaults={"is_staff": True})
    user.set_password(password)
    user.save()
    user.groups.set(Group.objects.filter(name__in=[roles.OPERATORS, roles.MANAGERS]))
    return password
