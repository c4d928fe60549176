output "project_id" { value = module.party.project_id }
output "project_number" { value = module.party.project_number }
output "network" { value = module.party.network }
output "subnet" { value = module.party.subnet }
output "repository" { value = module.party.repository }
output "repository_path" { value = module.party.repository_path }
output "ts_service_account" { value = module.party.service_account }
output "internal_address" { value = module.party.internal_address }
output "external_address" {
  description = "Null where the VM has none."
  value       = module.party.external_address
}
output "psc_nat_subnet" { value = one(google_compute_subnetwork.psc[*].id) }
output "vpn_gateway" { value = module.party.vpn_gateway }
output "ts_google_compute_vpn_gateway" { value = module.party.vpn_gateway_name }
output "ts_vpnip_address" { value = module.party.vpn_gateway_address }
output "kms_key" { value = google_kms_crypto_key.secrets.id }
output "secret_names" { value = module.party.secret_names }
