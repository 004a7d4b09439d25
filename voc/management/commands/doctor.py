"""manage.py doctor: what is missing here, and how to mend it."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from voc.doctor import examine


class Command(BaseCommand):
    help = "Look at everything the product needs; exit 1 when something needed is missing."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        # Not a ReadyCommand: a missing table is one of the findings.
        findings = examine(now=timezone.now())
        for finding in findings:
            mark = pgettext("check", "よい") if finding.ok else _("要対応") if finding.needed else _("任意")
            self.stderr.write(f"[{mark}] {finding.what}")
            if finding.mend:
                self.stderr.write(f"       → {finding.mend}")
        missing = [finding for finding in findings if finding.needed and not finding.ok]
        answer = {"ok": not missing, "findings": [asdict(finding) for finding in findings]}
        self.stdout.write(json.dumps(answer, ensure_ascii=False))
        if missing:
            raise CommandError(
                _("%(number)d 件、対応が必要です。") % {"number": len(missing)}, returncode=1
            )
