from django.urls import path

from support.views import help as help_form
from support.views import inboxes, tickets

urlpatterns = [
    path("settings/inboxes/", inboxes.inbox_list, name="inboxes"),
    path("settings/inboxes/new/", inboxes.inbox_new, name="inbox-new"),
    path("settings/inboxes/<int:pk>/", inboxes.inbox_edit, name="inbox-edit"),
    path("help/<slug:key>/", help_form.help_page, name="help"),
    path("help/<slug:key>/thanks/<str:token>/", help_form.help_thanks, name="help-thanks"),
    path("tickets/", tickets.ticket_list, name="tickets"),
    path("tickets/<int:number>/", tickets.ticket_page, name="ticket"),
    path("tickets/<int:number>/say/", tickets.say, name="ticket-say"),
    path("tickets/<int:number>/change/", tickets.change, name="ticket-change"),
    path("tickets/<int:number>/times/", tickets.ticket_times, name="ticket-times"),
    path("tickets/<int:number>/messages/<int:pk>/send/", tickets.resend, name="ticket-resend"),
]
