from django.urls import path

from apps.accounts import views

app_name = "accounts"
urlpatterns = [
    path("users/", views.UserList.as_view(), name="user-list"),
    path("users/new/", views.UserCreate.as_view(), name="user-create"),
    path("users/<uuid:pk>/", views.UserUpdate.as_view(), name="user-update"),
    path("users/<uuid:pk>/deactivate/", views.UserDeactivate.as_view(), name="user-deactivate"),
    path("users/<uuid:pk>/activate/", views.UserActivate.as_view(), name="user-activate"),
    path("users/<uuid:pk>/invite/", views.UserInviteAgain.as_view(), name="user-invite-again"),
    path("invitation/<str:uid>/<str:token>/", views.InvitationAccept.as_view(), name="invitation-accept"),
    path("roles/", views.RoleMatrix.as_view(), name="role-matrix"),
    path("roles/<str:role>/<str:permission>/", views.PermissionSwitchCell.as_view(), name="permission-switch"),
    path("audit/", views.AuditList.as_view(), name="audit-list"),
]
