# refused: Insufficient replication blocks
resource "google_secret_manager_secret" "this" {
  secret_id = "name"
}
