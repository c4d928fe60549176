mock_provider "google" {}

variables {
  project_id = "ts-project"
  region     = "us-central1"
  name       = "tokenserver"
  size       = 3
  boot_image = "projects/cos-cloud/global/images/cos-121-18867-199-5"
  machine = {
    machine_type        = "c3-standard-4"
    min_cpu_platform    = null
    on_host_maintenance = "TERMINATE"
    confidential_type   = "TDX"
  }
  network         = "n"
  subnet          = "s"
  address         = "192.168.0.4"
  service_account = "tokenserver@ts-project.iam.gserviceaccount.com"
  metadata        = { user-data = "#cloud-config\n" }
  port            = 50051
  health_port     = 8081
}

run "group" {
  assert {
    condition     = google_compute_region_instance_group_manager.this.target_size == 3 && google_compute_region_instance_group_manager.this.update_policy[0].max_unavailable_fixed == 0
    error_message = "three servers, none missing during an update"
  }
  assert {
    condition = google_compute_region_instance_template.this.shielded_instance_config[0] == {
      enable_secure_boot = true, enable_vtpm = true, enable_integrity_monitoring = true
    }
    error_message = "Secure Boot, vTPM and integrity monitoring"
  }
  assert {
    condition     = google_compute_region_instance_template.this.metadata == tomap({ user-data = "#cloud-config\n" }) && google_compute_region_instance_template.this.confidential_instance_config[0].confidential_instance_type == "TDX"
    error_message = "as given"
  }
  assert {
    condition     = length(google_compute_region_instance_template.this.network_interface[0].access_config) == 0
    error_message = "no external address"
  }
}

run "load_balancer_ends_no_tls" {
  command = plan
  assert {
    condition     = google_compute_region_backend_service.this.load_balancing_scheme == "INTERNAL" && google_compute_region_backend_service.this.protocol == "TCP"
    error_message = "internal passthrough"
  }
  assert {
    condition     = google_compute_forwarding_rule.this.ports == toset(["50051"]) && google_compute_forwarding_rule.this.ip_address == "192.168.0.4"
    error_message = "one port of one address"
  }
  assert {
    condition     = google_compute_region_health_check.ready.grpc_health_check[0].port == 8081 && google_compute_region_health_check.alive.tcp_health_check[0].port == 8081
    error_message = "the health port asks for no client certificate"
  }
}
