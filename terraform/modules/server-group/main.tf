resource "google_compute_region_instance_template" "this" {
  project          = var.project_id
  region           = var.region
  name_prefix      = "${var.name}-"
  machine_type     = var.machine.machine_type
  min_cpu_platform = var.machine.min_cpu_platform
  can_ip_forward   = false
  metadata         = var.metadata

  disk {
    boot         = true
    auto_delete  = true
    source_image = var.boot_image
    disk_size_gb = 10
  }

  network_interface {
    subnetwork = var.subnet
    nic_type   = "GVNIC"
    stack_type = "IPV4_ONLY"
  }

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
    create_before_destroy = true
  }
}

resource "google_compute_region_instance_group_manager" "this" {
  project            = var.project_id
  region             = var.region
  name               = var.name
  base_instance_name = var.name
  target_size        = var.size

  version {
    instance_template = google_compute_region_instance_template.this.id
  }

  # A VM that serves stays until its successor serves.
  update_policy {
    type                  = "PROACTIVE"
    minimal_action        = "REPLACE"
    max_surge_fixed       = 3
    max_unavailable_fixed = 0
  }

  # Healing looks at the process alone. "Not ready" also means that Firestore is away, which a new VM would not heal.
  auto_healing_policies {
    health_check      = google_compute_region_health_check.alive.id
    initial_delay_sec = 300
  }
}

resource "google_compute_region_health_check" "alive" {
  project             = var.project_id
  region              = var.region
  name                = "${var.name}-alive"
  check_interval_sec  = 30
  timeout_sec         = 5
  unhealthy_threshold = 5
  tcp_health_check {
    port = var.health_port
  }
}
