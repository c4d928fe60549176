output "ts_instance_id" { value = one(module.vm[*].instance_id) }
output "psc_attachment" { value = one(google_compute_service_attachment.this[*].id) }
output "cos_image" { value = module.boot_image.image }
output "user_data_sha256" { value = module.cloud_config.user_data_sha256 }
output "arguments" { value = local.arguments }
