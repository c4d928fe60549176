module "cloud_config" {
  source      = "../../modules/cloud-config"
  role        = "client"
  image       = var.image
  arguments   = local.arguments
  run_as_root = var.run_as_root
}
