/**
 * What the template needs of an environment file's values and can't cut out of them itself, such as buckets' names. CommonJS, because
 * serverless loads it itself.
 *     BUCKET: s3://copycat-cache?region=eu-central-1     →  bucket: its ARN
 */

/** These stand where nothing is said, for a template that can be read. Nothing uses them (scripts/preflight-plugin.js sees to it). */
const NOT_SET = 'bucket-is-not-set';
const NO_CERTIFICATE = 'arn:aws:acm:us-east-1:000000000000:certificate/not-set';

/** What CloudWatch takes, as far as osls lets it through. */
const RETENTIONS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 2192, 2557, 2922, 3288, 3653];

const KEY = /^(?:(?:DETECT|COPY|PUBLISH|SERVE|COLLECT)_)?BUCKET_ACCESS_KEY_ID$/;

module.exports = async ({ resolveVariable }) => placeOf((await resolveVariable('self:custom.settings')) || {});

function placeOf(settings) {
  const said = (name) => String(settings[name] ?? '').trim();
  return {
    bucket: bucketArn(said('BUCKET')),
    state: bucketArn(said('STATE')),
    /** Whether functions come to the buckets by keys of their own, as on MinIO, and not by their roles. */
    keys: Object.keys(settings).some((name) => KEY.test(name) && said(name) !== '') ? 'given' : 'none',
    /** A function is no proxy. */
    delivery: said('NAR_DELIVERY') || 'redirect',
    domain: said('DOMAIN'),
    certificate: said('CERTIFICATE_ARN') || NO_CERTIFICATE,
    caching: said('CACHING') || 'false',
    publicUrl: said('PUBLIC_URL') || (said('DOMAIN') && `https://${said('DOMAIN')}`),
    email: said('ALARM_EMAIL'),
    /** Days. For one that is wrong 30, so that the preflight says so beside all else that is: osls would stop there. */
    retention: RETENTIONS.find((days) => String(days) === said('LOG_RETENTION_DAYS')) ?? 30,
  };
}

function bucketArn(storeUrl) {
  const name = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:[/?]|$)/.exec(storeUrl)?.[1] ?? NOT_SET;
  return `arn:\${AWS::Partition}:s3:::${name}`;
}
