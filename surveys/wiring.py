"""What this app registers with the house: navigation, panels, events, commands' steps."""


def connect() -> None:
    """Called once from AppConfig.ready."""
