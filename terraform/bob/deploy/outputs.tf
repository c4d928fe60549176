output "tc_instance_id" { value = module.vm.instance_id }
output "tc_instance_name" { value = module.vm.name }
output "cos_image" { value = module.boot_image.image }
output "user_data_sha256" { value = module.cloud_config.user_data_sha256 }
output "arguments" { value = local.arguments }
