import { fromJSON } from '@grpc/proto-loader';
import { isJsonObject, type Json, type JsonObject } from './json.js';
import { jsonToStruct } from './proto-struct.js';

const auditLogType = 'type.googleapis.com/google.cloud.audit.AuditLog';

/** Field numbers of the members that the local cloud writes. @see https://github.com/googleapis/googleapis/blob/master/google/cloud/audit/audit_log.proto */
const description = {
  nested: {
    AuditLog: {
      fields: {
        status: { type: 'Status', id: 2 },
        authenticationInfo: { type: 'AuthenticationInfo', id: 3 },
        requestMetadata: { type: 'RequestMetadata', id: 4 },
        serviceName: { type: 'string', id: 7 },
        methodName: { type: 'string', id: 8 },
        authorizationInfo: { rule: 'repeated', type: 'AuthorizationInfo', id: 9 },
        resourceName: { type: 'string', id: 11 },
        request: { type: 'Struct', id: 16 },
        response: { type: 'Struct', id: 17 },
        metadata: { type: 'Struct', id: 18 },
        resourceLocation: { type: 'ResourceLocation', id: 20 },
      },
    },
    Status: { fields: { code: { type: 'int32', id: 1 }, message: { type: 'string', id: 2 } } },
    AuthenticationInfo: { fields: { principalEmail: { type: 'string', id: 1 } } },
    RequestMetadata: { fields: { callerIp: { type: 'string', id: 1 }, callerSuppliedUserAgent: { type: 'string', id: 2 } } },
    AuthorizationInfo: {
      fields: { resource: { type: 'string', id: 1 }, permission: { type: 'string', id: 2 }, granted: { type: 'bool', id: 3 } },
    },
    ResourceLocation: { fields: { currentLocations: { rule: 'repeated', type: 'string', id: 1 } } },
    Struct: { fields: { fields: { keyType: 'string', type: 'Value', id: 1 } } },
    Value: {
      oneofs: { kind: { oneof: ['nullValue', 'numberValue', 'stringValue', 'boolValue', 'structValue', 'listValue'] } },
      fields: {
        nullValue: { type: 'NullValue', id: 1 },
        numberValue: { type: 'double', id: 2 },
        stringValue: { type: 'string', id: 3 },
        boolValue: { type: 'bool', id: 4 },
        structValue: { type: 'Struct', id: 5 },
        listValue: { type: 'ListValue', id: 6 },
      },
    },
    ListValue: { fields: { values: { rule: 'repeated', type: 'Value', id: 1 } } },
    NullValue: { values: { NULL_VALUE: 0 } },
  },
};

/** An AuditLog in JSON as the google.protobuf.Any that gRPC carries. Members that are not in the description are left out. */
export function encodeAuditLog(payload: JsonObject): { readonly type_url: string; readonly value: Buffer } {
  const type = fromJSON(description)['AuditLog'];
  if (type === undefined || !('serialize' in type)) throw new Error('the description has no AuditLog');
  const { '@type': _, ...members } = payload;
  const serialize = type.serialize as (message: object) => Buffer;
  const structs = Object.fromEntries(
    ['request', 'response', 'metadata'].flatMap((name) => (isObject(members[name]) ? [[name, jsonToStruct(members[name])]] : [])),
  );
  return { type_url: auditLogType, value: serialize({ ...members, ...structs }) };
}

const isObject = (value: Json | undefined): value is JsonObject => isJsonObject(value);
