# refused: direction = "INBOUND", not one of INGRESS, EGRESS
resource "google_compute_firewall" "this" {
  name      = "rule"
  network   = "network"
  direction = "INBOUND"
}
