module "cloud_config" {
  source          = "../../modules/cloud-config"
  role            = "server"
  image           = var.image
  arguments       = local.arguments
  ports           = var.is_group ? [var.port, var.health_port] : [var.port]
  local_addresses = var.is_group ? [var.internal_address] : []
  cloud_logging   = var.cloud_logging
}
