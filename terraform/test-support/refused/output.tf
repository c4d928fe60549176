# refused: This object has no argument, nested block, or exported attribute named "email_address"
resource "google_service_account" "this" {
  account_id = "name"
}

output "email" {
  value = google_service_account.this.email_address
}
