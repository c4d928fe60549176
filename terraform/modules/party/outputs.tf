output "project_id" {
  description = "Project id."
  value       = module.project.project_id
}

output "project_number" {
  description = "Project number."
  value       = module.project.project_number
}

output "network" {
  description = "Id of the network."
  value       = module.network.network
}

output "subnet" {
  description = "Id of the subnetwork."
  value       = module.network.subnet
}

output "nat_address" {
  description = "Address of the NAT; null without NAT."
  value       = module.network.nat_address
}

output "service_account" {
  description = "E-mail of the service account that the VM runs as."
  value       = google_service_account.this.email
}

output "member" {
  description = "The same account as a member of IAM."
  value       = google_service_account.this.member
}

output "repository" {
  description = "Repository id."
  value       = module.registry.name
}

output "repository_path" {
  description = "HOST/PROJECT/REPOSITORY."
  value       = module.registry.path
}

output "internal_address" {
  description = "Reserved internal address."
  value       = google_compute_address.internal.address
}

output "external_address" {
  description = "Null where the VM has none."
  value       = !var.has_external ? null : local.own_external != null ? local.own_external : google_compute_address.external[0].address
}

output "vpn_gateway" {
  description = "Id of the gateway; null without VPN."
  value       = module.vpn_gateway.gateway
}

output "vpn_gateway_name" {
  description = "Name of the gateway; null without VPN."
  value       = module.vpn_gateway.name
}

output "vpn_gateway_address" {
  description = "Address of the gateway; null without VPN."
  value       = module.vpn_gateway.address
}

output "secret_names" {
  description = "Secret id to the secret without version."
  value       = module.certificates.names
}

output "secret_versions" {
  description = "Secret id to the version that holds the file."
  value       = module.certificates.versions
}
