# refused: An argument named "allow" is not expected here
resource "google_compute_firewall" "this" {
  name    = "rule"
  network = "network"
  allow   = [{ protocol = "tcp" }]
}
