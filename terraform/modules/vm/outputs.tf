output "instance_id" {
  description = "Numeric id of the VM, a new one for each new VM."
  value       = google_compute_instance.this.instance_id
}

output "name" {
  description = "Name of the VM."
  value       = google_compute_instance.this.name
}

output "boot_disk" {
  description = "Name of the boot disk."
  value       = reverse(split("/", google_compute_instance.this.boot_disk[0].source))[0]
}
