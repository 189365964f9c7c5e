"""The demo data: an integration with the sandbox, templates, and people."""

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
LOCAL = "http://127.0.0.1:"

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
    """Create what is missing, and return the operator's new password."""
    roles.ensure_groups()
    _integration(sandbox_port)
    for row in TEMPLATES:
        _template(*row)
    for index, name in enumerate(PEOPLE, start=1):
        # 90000-10xx is in no assigned block of numbers.
        Recipient.objects.get_or_create(
            phone=f"+55119000010{index:02}", defaults={"name": name, "attributes": {"cidade": "São Paulo"}}
        )
    password = _operator()
    audit.record(Integration.objects.get(name=INTEGRATION), Verb.DEMO_PREPARED, None)
    return password


def open_webhook(port: int, path: Path) -> None:
    """Write the webhook address at the web server's `port` to the file at `path`, for the sandbox.

    The secret in the file is kept if it is valid. An integration whose address was changed is left alone.
    """
    integration = Integration.objects.filter(name=INTEGRATION, base_url__startswith=LOCAL).first()
    if integration is None:
        return
    known = _known(path)
    secret = str(known.get("url", "")).rstrip("/").rpartition("/")[2]
    if not webhook_secrets.is_valid(integration, secret):
        secret = webhook_secrets.rotate(integration, by=None, now=timezone.now())
    target = {"url": f"{LOCAL}{port}/hooks/zenvia/{integration.pk}/{secret}/"}
    _write(path, {**known, **target})


def _known(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(path: Path, value: dict[str, Any]) -> None:
    """Replace a file atomically, readable only by its owner."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # with mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(value, file)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def _integration(sandbox_port: int) -> None:
    base_url = f"{LOCAL}{sandbox_port}/zenvia"
    # Its events come from this machine.
    values = {"slug": SLUG, "remote_id": REMOTE_ID, "webhook_addresses": AddressPolicy.OFF}
    # No service window is open in an empty console.
    values |= {"window_policy": WindowPolicy.ALLOW}
    integration, created = Integration.objects.get_or_create(
        name=INTEGRATION, defaults={**values, "base_url": base_url}
    )
    if created:
        integration.replace_token(secrets.token_urlsafe(24), by=None, now=timezone.now())
    elif integration.base_url != base_url and integration.base_url.startswith(LOCAL):
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
