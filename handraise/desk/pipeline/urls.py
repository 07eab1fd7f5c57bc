"""Addresses of the pages of deals."""

from django.urls import URLPattern, path

from handraise.desk.pipeline import closing, settings, views

urlpatterns: list[URLPattern] = [
    path("pipeline/", views.pipeline, name="pipeline"),
    path("pipeline/deals/", views.deals, name="deals"),
    path("pipeline/new/", views.new_deal, name="new_deal"),
    path("settings/pipeline/", settings.pipeline_settings, name="pipeline_settings"),
    path("settings/pipeline/stages/", settings.pipeline_stages, name="pipeline_stages"),
    path("settings/pipeline/stage/<int:pk>/", settings.pipeline_stage, name="pipeline_stage"),
    path("settings/pipeline/reasons/", settings.lost_reasons_new, name="lost_reasons"),
    path("settings/pipeline/reason/<int:pk>/", settings.lost_reason, name="lost_reason"),
    path("deal/<int:pk>/", views.deal, name="deal"),
    path("deal/<int:pk>/edit/", views.edit_deal, name="edit_deal"),
    path("deal/<int:pk>/stage/", views.deal_stage, name="deal_stage"),
    path("deal/<int:pk>/win/", closing.win_deal, name="win_deal"),
    path("deal/<int:pk>/lose/", closing.lose_deal, name="lose_deal"),
    path("deal/<int:pk>/reopening/", closing.deal_reopening, name="deal_reopening"),
    path("deal/<int:pk>/purchases/", closing.deal_purchases, name="deal_purchases"),
    path("purchase/<int:pk>/ending/", closing.purchase_ending, name="purchase_ending"),
    path("purchase/<int:pk>/withdrawal/", closing.purchase_withdrawal, name="purchase_withdrawal"),
]
