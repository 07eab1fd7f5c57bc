"""Addresses of the editor, under /agreement/drafts/."""

from django.urls import URLPattern, path

from handraise.feedback.editor import views

urlpatterns: list[URLPattern] = [
    path("", views.drafts, name="drafts"),
    path("<int:number>/", views.draft, name="draft"),
    path("<int:number>/note/", views.note, name="draft_note"),
    path("<int:number>/suggestions/", views.suggestions, name="draft_suggestions"),
    path("<int:number>/history/", views.history, name="draft_history"),
    path("<int:number>/history/<int:revision>/restoration/", views.restoration,
         name="draft_restoration"),
    path("<int:number>/<slug:key>/", views.part, name="draft_part"),
    path("<int:number>/<slug:key>/new/", views.new_part, name="draft_new_part"),
    path("<int:number>/<slug:key>/<int:place>/", views.part, name="draft_part_at"),
    path("<int:number>/<slug:key>/<int:place>/removal/", views.removal, name="draft_removal"),
    path("<int:number>/<slug:key>/<int:place>/move/", views.move, name="draft_move"),
]  # fmt: skip
