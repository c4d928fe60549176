import { Metadata } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { readRefusal, refusalMetadata, type Refusal } from '../../src/wire/index.js';

const refusal: Refusal = {
  grpcCode: 7,
  reason: 'METADATA_CHANGED',
  decisionId: 'd-1',
  remedy: 'make the VM anew',
  healedBy: 'bob',
  retryAfterSeconds: undefined,
};

const asError = (metadata: Metadata): Error => Object.assign(new Error('refused'), { code: 7, metadata });

describe('a refusal on the wire', () => {
  it('is read back as it was written', () => {
    expect(readRefusal(asError(refusalMetadata(refusal, 'refused')))).toEqual(refusal);
    const settling = { ...refusal, healedBy: 'time' as const, retryAfterSeconds: 90 };
    expect(readRefusal(asError(refusalMetadata(settling, 'wait')))).toEqual(settling);
  });

  it("has Google's shape: google.rpc.Status with ErrorInfo as Any", () => {
    const { root } = protobuf.parse(
      `syntax = "proto3"; package google.rpc;
      message Any { string type_url = 1; bytes value = 2; }
      message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
      message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }`,
      { keepCase: true },
    );
    const [bytes] = refusalMetadata(refusal, 'refused').get('grpc-status-details-bin');
    const status = root
      .lookupType('google.rpc.Status')
      .decode(bytes as Buffer)
      .toJSON();
    expect(status).toMatchObject({ code: 7, message: 'refused', details: [{ type_url: 'type.googleapis.com/google.rpc.ErrorInfo' }] });
    const [{ value }] = status['details'] as [{ value: string }];
    expect(root.lookupType('google.rpc.ErrorInfo').decode(Buffer.from(value, 'base64')).toJSON()).toEqual({
      reason: 'METADATA_CHANGED',
      domain: 'tokenservice',
      metadata: { decisionId: 'd-1', healedBy: 'bob', remedy: 'make the VM anew' },
    });
  });

  it('is absent where an error carries none, or something else', () => {
    const garbage = new Metadata();
    garbage.set('grpc-status-details-bin', Buffer.from('ff', 'hex'));
    const unknownHealer = refusalMetadata({ ...refusal, healedBy: 'stranger' as 'bob' }, 'x');
    for (const error of [new Error('x'), 'x', undefined, asError(new Metadata()), asError(garbage), asError(unknownHealer)]) {
      expect(readRefusal(error)).toBeUndefined();
    }
  });
});
