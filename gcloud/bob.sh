#!/usr/bin/env bash
# Bob's side without terraform: one TokenClient VM with an external address and a client certificate. For VPN, Private Service Connect
# or a NAT use terraform/bob. Set the variables, then say the steps in this order:
#   gcloud/bob.sh setup          project, network, account, registry
#   gcloud/bob.sh certificates   client certificate, key and Alice's CA into Secret Manager
#   gcloud/bob.sh deploy         the VM, and Alice's right to read it: when she has told her values
#   gcloud/bob.sh tell           what Alice needs
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=gcloud/steps.sh
source "$here/steps.sh"

PROJECT="${TC_PROJECT_ID:-}"
REGION="${REGION:-us-central1}"
ZONE="${ZONE:-us-central1-a}"
TC_CIDR="${TC_CIDR:-10.0.0.0/16}"
need TC_PROJECT_ID 'a project id' "$project_pattern"
# Others have no default: TC_IMAGE COS_IMAGE TLS_CLIENT_CA TLS_CLIENT_CRT TLS_CLIENT_KEY, and from Alice TS_SERVICE_ACCOUNT TS_ADDRESS
# TS_PROVISIONER TS_AUDIENCE SNI_SERVERNAME TLS_SERVER_PINS. Optional: CREATE_PROJECT=true with BILLING_ACCOUNT and ORG_ID,
# CONFIDENTIAL_TYPE.

account="tokenclient@$PROJECT.iam.gserviceaccount.com"
apis=(
  artifactregistry.googleapis.com cloudbuild.googleapis.com cloudresourcemanager.googleapis.com compute.googleapis.com
  dns.googleapis.com iam.googleapis.com logging.googleapis.com secretmanager.googleapis.com
)

setup() {
  make_project tokenclient
  make_network tokenclient "$TC_CIDR"
  make_account tokenclient TokenClient
  make_registry tokenclient "$account"
  make_addresses tokenclient
  closed tokenclient "$account"
  make_role tokenReviewInstance 'Review one VM' compute.instances.get,compute.instances.getShieldedInstanceIdentity
  make_role tokenReviewDisk 'Review one disk' compute.disks.get
  make_role tokenReviewProject 'Review metadata and audit log of the project' \
    compute.instanceSettings.get,compute.projects.get,logging.logEntries.list
}

certificates() {
  need TLS_CLIENT_CA 'a PEM file'
  need TLS_CLIENT_CRT 'a PEM file'
  need TLS_CLIENT_KEY 'a PEM file'
  put_secret tls-ca "$TLS_CLIENT_CA" "$account"
  put_secret tls_crt "$TLS_CLIENT_CRT" "$account"
  put_secret tls_key "$TLS_CLIENT_KEY" "$account"
}

# The newest version by its number: a start never picks up what nobody reviewed.
version_of() {
  local name
  name="$(gcloud secrets versions list "$1" --project "$PROJECT" --filter state=ENABLED --sort-by ~createTime --limit 1 --format 'value(name)')"
  printf '%s/%s/versions/%s' "$2" "$1" "${name##*/}"
}

deploy() {
  need TC_IMAGE 'an image by digest: HOST/PROJECT/REPOSITORY/tokenclient@sha256:HEX' "$image_pattern"
  need COS_IMAGE 'a boot image: projects/cos-cloud/global/images/NAME' "$boot_image_pattern"
  need TS_ADDRESS 'the address of the TokenServer' "$address_pattern"
  need TS_SERVICE_ACCOUNT "the TokenServer's account" '[a-z0-9-]+@[a-z0-9-]+\.iam\.gserviceaccount\.com'
  need TS_PROVISIONER 'who approves: user:, group: or serviceAccount: and an e-mail address' '(user|group|serviceAccount):[^[:space:]]+@[^[:space:]]+'
  need TS_AUDIENCE 'the audience of the identity tokens'
  need SNI_SERVERNAME "the DNS name in the server's certificate"
  need TLS_SERVER_PINS 'pins of the CAs, sha256/..., separated by blanks' 'sha256/[A-Za-z0-9+/]{43}=( sha256/[A-Za-z0-9+/]{43}=)*'
  local number secrets user_data pins=() pin
  number="$(gcloud projects describe "$PROJECT" --format 'value(projectNumber)')"
  secrets="projects/$number/secrets"
  for pin in $TLS_SERVER_PINS; do pins+=(--tlsServerPin "$pin"); done
  rule tokenclient-tokenserver --network tokenclient --direction EGRESS --priority 1000 --action ALLOW --rules tcp:50051 \
    --destination-ranges "$TS_ADDRESS/32" --target-service-accounts "$account"
  user_data="$(mktemp)"
  # shellcheck disable=SC2064 # the name of now
  trap "rm -f '$user_data'" EXIT
  render "$here/tc-cloud-config.yaml.tmpl" "$TC_IMAGE" \
    --address "$TS_ADDRESS:50051" --sniServerName "$SNI_SERVERNAME" --tsAudience "$TS_AUDIENCE" "${pins[@]}" \
    --useSecrets --tlsCertChain "$(version_of tls-ca "$secrets")" \
    --useMTLS --tlsClientCert "$(version_of tls_crt "$secrets")" --tlsClientKey "$(version_of tls_key "$secrets")" \
    --useTPM --doAttestation >"$user_data"
  make_vm tokenclient "$account" "$user_data"
  let_read "serviceAccount:$TS_SERVICE_ACCOUNT"
  let_read "$TS_PROVISIONER"
}

# let_read MEMBER: the VM, its disk, the metadata and the audit log of the project; nothing else.
let_read() {
  gcloud compute instances add-iam-policy-binding tokenclient --project "$PROJECT" --zone "$ZONE" --member "$1" \
    --role "projects/$PROJECT/roles/tokenReviewInstance" --condition None
  gcloud compute disks add-iam-policy-binding tokenclient --project "$PROJECT" --zone "$ZONE" --member "$1" \
    --role "projects/$PROJECT/roles/tokenReviewDisk"
  gcloud projects add-iam-policy-binding "$PROJECT" --member "$1" --role "projects/$PROJECT/roles/tokenReviewProject" --condition None
}

tell() {
  printf 'TC_PROJECT_ID %s\n' "$PROJECT"
  printf 'instance id   %s\n' "$(gcloud compute instances describe tokenclient --project "$PROJECT" --zone "$ZONE" --format 'value(id)')"
  printf 'zone          %s\n' "$ZONE"
  printf 'address       %s\n' "$(address_of tokenclient)"
}

case ${1:-} in
  setup | certificates | deploy | tell) "$1" ;;
  *) die 'say setup, certificates, deploy or tell' ;;
esac
