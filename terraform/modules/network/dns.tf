# Names of Google's APIs lead to the addresses of private.googleapis.com, so that a closed egress firewall can name them.
# Source: "Configure Private Google Access", section "DNS configuration".
locals {
  zones = var.private_google_dns ? { googleapis = "googleapis.com.", pkg-dev = "pkg.dev." } : {}
  vip   = ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"]
}

resource "google_dns_managed_zone" "google" {
  for_each    = local.zones
  project     = var.project_id
  name        = "${var.name}-${each.key}"
  dns_name    = each.value
  description = "Google APIs by Private Google Access"
  visibility  = "private"
  private_visibility_config {
    networks {
      network_url = google_compute_network.this.id
    }
  }
}

resource "google_dns_record_set" "apex" {
  for_each     = local.zones
  project      = var.project_id
  managed_zone = google_dns_managed_zone.google[each.key].name
  name         = each.key == "googleapis" ? "private.${each.value}" : each.value
  type         = "A"
  ttl          = 300
  rrdatas      = local.vip
}

resource "google_dns_record_set" "wildcard" {
  for_each     = local.zones
  project      = var.project_id
  managed_zone = google_dns_managed_zone.google[each.key].name
  name         = "*.${each.value}"
  type         = "CNAME"
  ttl          = 300
  rrdatas      = [google_dns_record_set.apex[each.key].name]
}
