# refused: The argument "network" is required
resource "google_compute_firewall" "this" {
  name = "rule"
}
