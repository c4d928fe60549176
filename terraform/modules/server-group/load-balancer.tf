# A passthrough load balancer ends no TLS: the client certificate and the client's address reach the server as they are.
resource "google_compute_region_health_check" "ready" {
  project             = var.project_id
  region              = var.region
  name                = "${var.name}-ready"
  check_interval_sec  = 10
  timeout_sec         = 5
  healthy_threshold   = 2
  unhealthy_threshold = 2
  grpc_health_check {
    port = var.health_port
  }
  log_config {
    enable = true
  }
}

resource "google_compute_region_backend_service" "this" {
  project                         = var.project_id
  region                          = var.region
  name                            = var.name
  protocol                        = "TCP"
  load_balancing_scheme           = "INTERNAL"
  session_affinity                = "CLIENT_IP"
  connection_draining_timeout_sec = 60
  health_checks                   = [google_compute_region_health_check.ready.id]
  backend {
    group          = google_compute_region_instance_group_manager.this.instance_group
    balancing_mode = "CONNECTION"
  }
}

resource "google_compute_forwarding_rule" "this" {
  project               = var.project_id
  region                = var.region
  name                  = var.name
  load_balancing_scheme = "INTERNAL"
  ip_protocol           = "TCP"
  ports                 = [tostring(var.port)]
  ip_address            = var.address
  network               = var.network
  subnetwork            = var.subnet
  backend_service       = google_compute_region_backend_service.this.id
}

output "forwarding_rule" {
  description = "Id of the forwarding rule, the target of a service attachment."
  value       = google_compute_forwarding_rule.this.id
}

output "group" {
  description = "Link of the managed group."
  value       = google_compute_region_instance_group_manager.this.instance_group
}
