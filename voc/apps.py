from django.apps import AppConfig


class VocConfig(AppConfig):
    name = "voc"
    verbose_name = "VOC"

    def ready(self) -> None:
        from voc import accounts, checks  # noqa: F401 - registers jobs and system checks
        from voc.api import openapi  # noqa: F401 - registers the authenticators
