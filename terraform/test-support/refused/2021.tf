# refused: An argument named "automatic" is not expected here
resource "google_secret_manager_secret" "this" {
  secret_id = "name"
  replication {
    automatic = true
  }
}
