/** The little that the tests use of DigitalOcean's own client. */
export interface DigitalOceanClient {
  readonly v2: {
    readonly account: Get<{ readonly account?: { readonly email?: string; readonly status?: string } }>;
    readonly registries: Get<{ readonly registries?: readonly RegistryView[] }> & {
      byRegistry_name(name: string): Get<{ readonly registry?: RegistryView }> & {
        readonly dockerCredentials: Get<CredentialsView>;
      };
    };
    readonly registry: Get<{ readonly registry?: RegistryView }> & {
      readonly dockerCredentials: Get<CredentialsView>;
    };
  };
}

interface Get<Value> {
  get(options?: { readonly queryParameters?: Readonly<Record<string, unknown>> }): Promise<Value | undefined>;
}

export interface RegistryView {
  readonly name?: string;
  readonly region?: string;
  readonly createdAt?: Date;
  readonly storageUsageBytes?: number;
  readonly subscription?: { readonly tier?: { readonly slug?: string } };
}

export interface CredentialsView {
  readonly auths?: { readonly registryDigitaloceanCom?: { readonly auth?: string } };
}

interface Adapter {
  baseUrl: string;
}

interface Modules {
  readonly dots: {
    createDigitalOceanClient(adapter: Adapter): DigitalOceanClient;
    readonly DigitalOceanApiKeyAuthenticationProvider: new (token: string) => object;
  };
  readonly kiota: {
    readonly FetchRequestAdapter: new (
      auth: object,
      parse: undefined,
      write: undefined,
      http: object,
    ) => Adapter;
    readonly HttpClient: new (fetch: undefined, ...middlewares: readonly object[]) => object;
    readonly CustomFetchHandler: new (request: typeof fetch) => object;
  };
}

/** `@digitalocean/dots` against `baseUrl`. Without its middlewares, which would wait and try again on a 429. */
export async function createDigitalOceanClient(baseUrl: string, token: string): Promise<DigitalOceanClient> {
  const { dots, kiota } = await loadModules();
  const http = new kiota.HttpClient(undefined, new kiota.CustomFetchHandler(fetch));
  const auth = new dots.DigitalOceanApiKeyAuthenticationProvider(token);
  const adapter = new kiota.FetchRequestAdapter(auth, undefined, undefined, http);
  adapter.baseUrl = baseUrl;
  return dots.createDigitalOceanClient(adapter);
}

/**
 * The package ships its TypeScript sources with its JavaScript, and those do not pass this project's
 * compiler settings: imported under a computed name, the compiler leaves them alone.
 */
async function loadModules(): Promise<Modules> {
  const names = ["@digitalocean/dots", "@microsoft/kiota-http-fetchlibrary"];
  const [dots, kiota]: unknown[] = await Promise.all(names.map((name) => import(name)));
  const modules: unknown = { dots, kiota };
  if (isModules(modules)) return modules;
  throw new Error("@digitalocean/dots does not export its client any more");
}

function isModules(value: unknown): value is Modules {
  const kind = (path: readonly string[]) => typeof path.reduce(readProperty, value);
  return (
    kind(["dots", "createDigitalOceanClient"]) === "function" && kind(["kiota", "HttpClient"]) === "function"
  );
}

function readProperty(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
