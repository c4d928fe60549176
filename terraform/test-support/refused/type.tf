# refused: a number is required
resource "google_compute_firewall" "this" {
  name     = "rule"
  network  = "network"
  priority = "first"
}
