output "project_id" { value = module.project.project_id }
output "project_number" { value = module.project.project_number }
output "network" { value = module.network.network }
output "subnet" { value = module.network.subnet }
output "repository" { value = module.registry.name }
output "repository_path" { value = module.registry.path }
output "ts_service_account" { value = google_service_account.server.email }
output "internal_address" { value = google_compute_address.internal.address }
output "external_address" {
  description = "Null where the VM has none."
  value       = !local.has_external ? null : local.own_external != null ? local.own_external : google_compute_address.external[0].address
}
output "psc_nat_subnet" { value = one(google_compute_subnetwork.psc[*].id) }
output "vpn_gateway" { value = module.vpn_gateway.gateway }
output "ts_google_compute_vpn_gateway" { value = module.vpn_gateway.name }
output "ts_vpnip_address" { value = module.vpn_gateway.address }
output "kms_key" { value = google_kms_crypto_key.secrets.id }
output "secret_names" { value = module.certificates.names }
