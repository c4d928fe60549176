# refused: An argument named "source_range" is not expected here
resource "google_compute_firewall" "this" {
  name         = "rule"
  network      = "network"
  source_range = ["10.0.0.0/8"]
}
