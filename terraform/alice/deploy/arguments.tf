# The command line of the TokenServer. It holds names of secrets, never a secret. Certificate and key have no version in their
# names: a restart takes the newest, so that renewing them needs no new VM.
locals {
  pcrs = join(",", flatten([
    for index in sort(keys(var.settings.expected_pcrs)) : [for value in var.settings.expected_pcrs[index] : "${index}=${value}"]
  ]))
  arguments = concat(
    ["--grpcport", "0.0.0.0:${var.port}", "--tsAudience", var.settings.audience],
    var.settings.transport == "mtls" ? ["--useMTLS"] : [],
    ["--useSecrets", "--tlsCert", var.settings.secrets["tls_crt"], "--tlsKey", var.settings.secrets["tls_key"]],
    var.settings.transport == "mtls" ? ["--tlsCertChain", var.settings.secrets["tls-ca"]] : [],
    ["--useTPM", "--validatePeerIP=${var.settings.validate_peer_ip}", "--validatePeerSN=${var.settings.validate_peer_sn}"],
    local.pcrs == "" ? [] : ["--pcr", local.pcrs],
    ["--firestoreProjectId", var.project_id, "--firestoreCollectionName", var.settings.collection_id],
    ["--jwtIssuedAtJitter", tostring(var.settings.token_max_age_seconds)],
    var.is_group ? ["--sessionStore", "firestore", "--replicas", tostring(var.replicas), "--healthPort", "0.0.0.0:${var.health_port}"] : [],
    var.settings.decision_log == null ? [] : ["--decisionLogName", var.settings.decision_log],
    var.settings.log_level == 0 ? [] : ["--v=${var.settings.log_level}"],
  )
}
