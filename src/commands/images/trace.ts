/** Formats the requests of a check for `--trace`. */
import type { RegistryExchange, ShownChallenge } from "../../oci/exchanges.ts";
import { alignColumns } from "../../terminal/table.ts";

/** Returns a paragraph for each exchange. */
export function describeExchanges(exchanges: readonly RegistryExchange[]): string {
  return exchanges.map((exchange) => `${describeExchange(exchange)}\n`).join("");
}

function describeExchange({
  method,
  url,
  sent,
  grant,
  status,
  failure,
  challenges,
}: RegistryExchange): string {
  const rows: (readonly [string, string])[] = [
    ["  sent", sent === "nothing" ? "no login" : `the ${sent}`],
    ...optionalRow("  service", grant?.service),
    ...optionalRow("  scope", grant?.scope),
    ["  status", status === undefined ? `none (${failure ?? "unknown"})` : `HTTP ${status}`],
    ...challenges.flatMap(challengeRows),
  ];
  return `${method} ${url}\n${alignColumns(rows)}`;
}

function challengeRows({
  scheme,
  realm,
  service,
  scope,
}: ShownChallenge): readonly (readonly [string, string])[] {
  return [
    ["  challenge", scheme],
    ...optionalRow("  realm", realm),
    ...optionalRow("  service", service),
    ...optionalRow("  scope", scope),
  ];
}

function optionalRow(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}

/** Returns the exchanges as JSON. */
export function jsonOfExchanges(exchanges: readonly RegistryExchange[]): readonly unknown[] {
  return exchanges.map(({ method, url, sent, grant, status, failure, challenges }) => ({
    method,
    url,
    sent: sent === "nothing" ? null : sent,
    service: grant?.service ?? null,
    scope: grant?.scope ?? null,
    status: status ?? null,
    failure: failure ?? null,
    challenges: challenges.map(({ scheme, realm, service, scope }) => ({
      scheme,
      realm: realm ?? null,
      service: service ?? null,
      scope: scope ?? null,
    })),
  }));
}
