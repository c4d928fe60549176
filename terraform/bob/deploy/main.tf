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

module "vm" {
  source     = "../../modules/vm"
  project_id = var.project_id
  zone       = var.zone
  name       = "tokenclient"
  boot_image = module.boot_image.image
  machine = {
    machine_type        = module.machine.machine_type
    min_cpu_platform    = module.machine.min_cpu_platform
    on_host_maintenance = module.machine.on_host_maintenance
    confidential_type   = var.confidential_type
  }
  subnet               = var.subnet
  internal_address     = var.internal_address
  external_address     = var.external_address
  has_external_address = var.has_external
  service_account      = var.service_account
  metadata             = module.cloud_config.metadata
  deletion_protection  = var.deletion_protection
}
