from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FeedbackConfig(AppConfig):
    name = "feedback"

    def ready(self) -> None:
        from feedback import defaults, wiring

        wiring.connect()
        post_migrate.connect(defaults.ensure, sender=self, dispatch_uid="feedback-defaults")
