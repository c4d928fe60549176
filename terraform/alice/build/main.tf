module "image" {
  source          = "../../modules/image"
  project_id      = var.project_id
  region          = var.region
  repository      = var.repository
  repository_path = var.repository_path
  name            = "tokenserver"
  given           = var.image_hash
  run_build       = var.run_build
  source_dir      = var.app_source_dir
  build_config    = "images/cloudbuild.yaml"
}

output "is_known" { value = module.image.is_known }
output "image" { value = module.image.reference }
output "ts_image_hash" { value = module.image.digest }
