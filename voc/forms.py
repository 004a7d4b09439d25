"""How forms are drawn, and what every form field shares."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Draws fields with the design system: label, 必須/任意, help, control, error.

    Needs `django.forms` among the installed apps, for the widgets that are left as they are.
    """

    form_template_name = "django/forms/div.html"
    field_template_name = "django/forms/field.html"
