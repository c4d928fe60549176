output "network" {
  description = "Id of the network."
  value       = google_compute_network.this.id
}

output "subnet" {
  description = "Id of the subnetwork."
  value       = google_compute_subnetwork.this.id
}

output "nat_address" {
  description = "Address under which the world sees VMs of this network; null without NAT."
  value       = one(google_compute_address.nat[*].address)
}
