output "ts_project_id" {
  description = "Project of the TokenServer. For Bob."
  value       = module.ts_setup.project_id
}

output "ts_project_number" {
  description = "Its number."
  value       = module.ts_setup.project_number
}

output "ts_service_account" {
  description = "Who reads Bob's VM at each release. For Bob."
  value       = module.ts_setup.ts_service_account
}

output "ts_provisioner" {
  description = "Who reads Bob's VM at the review. For Bob."
  value       = local.provisioner
}

output "ts_image_hash" {
  description = "Digest of the TokenServer's image; null until there is one."
  value       = module.ts_build.image_hash
}

output "ts_external_address" {
  description = "External address; null where there is none."
  value       = module.ts_setup.external_address
}

output "ts_internal_address" {
  description = "Internal address, of the VM or of the load balancer."
  value       = module.ts_setup.internal_address
}

output "ts_address" {
  description = "Address that Bob's client calls. For Bob, except with psc, where his endpoint has an address of its own."
  value       = var.connectivity == "public" ? module.ts_setup.external_address : var.connectivity == "vpn" ? module.ts_setup.internal_address : null
}

output "ts_instance_id" {
  description = "Numeric id of the VM; null for a group."
  value       = one(module.ts_deploy[*].ts_instance_id)
}

output "ts_vpnip_address" {
  description = "Address of the VPN gateway; null without VPN. For Bob."
  value       = module.ts_setup.ts_vpnip_address
}

output "ts_google_compute_vpn_gateway" {
  description = "Name of the VPN gateway; null without VPN."
  value       = module.ts_setup.ts_google_compute_vpn_gateway
}

output "ts_vpn_gateway" {
  description = "Id of the HA gateway; null otherwise. For Bob."
  value       = var.connectivity == "vpn" && var.vpn_mode == "ha" ? module.ts_setup.vpn_gateway : null
}

output "ts_asn" {
  description = "Number in BGP; null without HA VPN. For Bob."
  value       = var.connectivity == "vpn" && var.vpn_mode == "ha" ? var.ts_asn : null
}

output "ts_cidr" {
  description = "Range of the subnetwork; null without VPN. For Bob."
  value       = var.connectivity == "vpn" ? var.ts_cidr : null
}

output "ts_psc_attachment" {
  description = "Id of the service attachment; null without psc. For Bob."
  value       = one(module.ts_deploy[*].psc_attachment)
}

output "connectivity" {
  description = "public, vpn or psc. For Bob."
  value       = var.connectivity
}

output "vpn_mode" {
  description = "ha or classic_static; null without VPN. For Bob."
  value       = var.connectivity == "vpn" ? var.vpn_mode : null
}

output "transport" {
  description = "mtls or tls. For Bob."
  value       = var.transport
}

output "ts_audience" {
  description = "Audience of the identity tokens. For Bob."
  value       = var.ts_audience
}

output "sni_servername" {
  description = "DNS name in the server's certificate. For Bob."
  value       = var.sni_servername
}

output "tls_server_pins" {
  description = "Pins that Bob's client demands. For Bob."
  value       = var.tls_server_pins
}

output "ts_kms_key" {
  description = "Key for the provisioner's --secretsKmsKey."
  value       = module.ts_setup.kms_key
}
