from django.urls import path

from support import api

urlpatterns = [
    path("tickets", api.ticket_list, name="api-tickets"),
    path("tickets/<int:number>", api.ticket_detail, name="api-ticket"),
    path("tickets/<int:number>/messages", api.ticket_messages, name="api-ticket-messages"),
    path("tickets/<int:number>/metrics", api.ticket_metrics, name="api-ticket-metrics"),
]
