# refused: Too many shielded_instance_config blocks
resource "google_compute_instance" "this" {
  name         = "vm"
  machine_type = "e2-small"
  boot_disk {}
  network_interface {}
  shielded_instance_config {}
  shielded_instance_config {}
}
