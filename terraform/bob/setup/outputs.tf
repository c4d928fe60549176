output "project_id" { value = module.party.project_id }
output "project_number" { value = module.party.project_number }
output "network" { value = module.party.network }
output "subnet" { value = module.party.subnet }
output "nat_address" { value = module.party.nat_address }
output "repository" { value = module.party.repository }
output "repository_path" { value = module.party.repository_path }
output "tc_service_account" { value = module.party.service_account }
output "internal_address" { value = module.party.internal_address }
output "external_address" {
  description = "Null where the VM has none."
  value       = module.party.external_address
}
output "psc_address" { value = one(google_compute_address.psc[*].address) }
output "vpn_gateway" { value = module.party.vpn_gateway }
output "tc_google_compute_vpn_gateway" { value = module.party.vpn_gateway_name }
output "tc_vpnip_address" { value = module.party.vpn_gateway_address }
output "secret_versions" { value = module.party.secret_versions }
