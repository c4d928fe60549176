module "machine" {
  source            = "../../modules/machine"
  machine_type      = var.machine_type
  confidential_type = var.confidential_type
}

module "boot_image" {
  source = "../../modules/boot-image"
  image  = var.cos_image
  family = var.cos_family
}

locals {
  machine = {
    machine_type        = module.machine.machine_type
    min_cpu_platform    = module.machine.min_cpu_platform
    on_host_maintenance = module.machine.on_host_maintenance
    confidential_type   = var.confidential_type
  }
}

module "vm" {
  source               = "../../modules/vm"
  count                = var.is_group ? 0 : 1
  project_id           = var.project_id
  zone                 = var.zone
  name                 = "tokenserver"
  boot_image           = module.boot_image.image
  machine              = local.machine
  subnet               = var.subnet
  internal_address     = var.internal_address
  external_address     = var.external_address
  has_external_address = var.connectivity == "public"
  service_account      = var.service_account
  metadata             = module.cloud_config.metadata
}

module "group" {
  source          = "../../modules/server-group"
  count           = var.is_group ? 1 : 0
  project_id      = var.project_id
  region          = var.region
  name            = "tokenserver"
  size            = var.replicas
  boot_image      = module.boot_image.image
  machine         = local.machine
  network         = var.network
  subnet          = var.subnet
  address         = var.internal_address
  service_account = var.service_account
  metadata        = module.cloud_config.metadata
  port            = var.port
  health_port     = var.health_port
}

resource "google_compute_service_attachment" "this" {
  count                 = var.connectivity == "psc" ? 1 : 0
  project               = var.project_id
  region                = var.region
  name                  = "tokenserver"
  target_service        = module.group[0].forwarding_rule
  nat_subnets           = [var.psc_nat_subnet]
  connection_preference = "ACCEPT_MANUAL"
  enable_proxy_protocol = false
  reconcile_connections = true
  dynamic "consumer_accept_lists" {
    for_each = var.psc_consumer == null ? [] : [var.psc_consumer]
    content {
      project_id_or_num = consumer_accept_lists.value
      connection_limit  = 4
    }
  }
}
