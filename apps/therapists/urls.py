from django.urls import URLPattern, URLResolver

app_name = "therapists"
urlpatterns: list[URLPattern | URLResolver] = []
