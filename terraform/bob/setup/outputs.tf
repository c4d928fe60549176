output "project_id" { value = module.project.project_id }
output "project_number" { value = module.project.project_number }
output "network" { value = module.network.network }
output "subnet" { value = module.network.subnet }
output "nat_address" { value = module.network.nat_address }
output "repository" { value = module.registry.name }
output "repository_path" { value = module.registry.path }
output "tc_service_account" { value = google_service_account.client.email }
output "internal_address" { value = google_compute_address.internal.address }
output "external_address" {
  description = "Null where the VM has none."
  value       = !var.has_external ? null : local.own_external != null ? local.own_external : google_compute_address.external[0].address
}
output "psc_address" { value = one(google_compute_address.psc[*].address) }
output "vpn_gateway" { value = module.vpn_gateway.gateway }
output "tc_google_compute_vpn_gateway" { value = module.vpn_gateway.name }
output "tc_vpnip_address" { value = module.vpn_gateway.address }
output "secret_versions" { value = module.certificates.versions }
