# Everything that makes the VM what it is. A change here makes a new VM: an update in place would stand in the audit log, and the
# TokenServer refuses a VM that was changed after its approval.
resource "terraform_data" "identity" {
  input = sha256(jsonencode({
    metadata = var.metadata
    image    = var.boot_image
    machine  = var.machine
    account  = var.service_account
    internal = var.internal_address
    external = var.has_external_address ? var.external_address : null
  }))
}

resource "google_compute_instance" "this" {
  project                   = var.project_id
  zone                      = var.zone
  name                      = var.name
  machine_type              = var.machine.machine_type
  min_cpu_platform          = var.machine.min_cpu_platform
  can_ip_forward            = false
  enable_display            = false
  deletion_protection       = var.deletion_protection
  allow_stopping_for_update = false
  metadata                  = var.metadata

  boot_disk {
    auto_delete = true
    initialize_params {
      image = var.boot_image
      size  = 10
    }
  }

  network_interface {
    subnetwork = var.subnet
    network_ip = var.internal_address
    nic_type   = "GVNIC"
    stack_type = "IPV4_ONLY"
    dynamic "access_config" {
      for_each = var.has_external_address ? [1] : []
      content {
        nat_ip       = var.external_address
        network_tier = "PREMIUM"
      }
    }
  }

  # The scope is wide and the roles are narrow: permissions are decided by IAM alone.
  service_account {
    email  = var.service_account
    scopes = ["cloud-platform"]
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  dynamic "confidential_instance_config" {
    for_each = var.machine.confidential_type == null ? [] : [var.machine.confidential_type]
    content {
      confidential_instance_type = confidential_instance_config.value
    }
  }

  scheduling {
    automatic_restart   = true
    on_host_maintenance = var.machine.on_host_maintenance
    preemptible         = false
  }

  lifecycle {
    replace_triggered_by = [terraform_data.identity]
    ignore_changes       = [metadata, labels, tags, resource_policies]
  }
}
