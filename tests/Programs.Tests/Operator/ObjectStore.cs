using System.Globalization;
using System.Text.Json.Nodes;
using k8s;

namespace Granary.Programs.Tests.Operator;

/// <summary>An event of a watch.</summary>
internal sealed record StoreEvent(long Version, string Plural, string Type, JsonObject Object);

/// <summary>A write that the API server refuses.</summary>
internal sealed class RefusedException(int code, string reason, string message) : Exception(message)
{
    public int Code { get; } = code;

    public string Reason { get; } = reason;
}

/// <summary>
/// The objects of one namespace, with what the operator depends on: resource versions, generations, server-side apply, the history that a
/// watch reads, and the end of what an object owns.
/// </summary>
internal sealed class ObjectStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Plural, string Name), JsonObject> _objects = [];
    private readonly Dictionary<(string Plural, string Name, string Manager), JsonObject> _applied = [];
    private readonly List<StoreEvent> _events = [];
    private TaskCompletionSource _pulse = NewPulse();
    private long _version = 1000;

    /// <summary>Watches from before this version end with 410.</summary>
    public long Forgotten { get; private set; }

    /// <summary>Completes at the next change.</summary>
    public Task NextChange
    {
        get
        {
            lock (_gate)
            {
                return _pulse.Task;
            }
        }
    }

    public (IReadOnlyList<JsonObject> Items, long Version) List(string plural)
    {
        lock (_gate)
        {
            return ([.. _objects.Where(entry => entry.Key.Plural == plural).Select(entry => Copy(entry.Value))], _version);
        }
    }

    public IReadOnlyList<T> List<T>(string plural) => [.. List(plural).Items.Select(Typed<T>)];

    public JsonObject? Find(string plural, string name)
    {
        lock (_gate)
        {
            return _objects.TryGetValue((plural, name), out var found) ? Copy(found) : null;
        }
    }

    public T? Find<T>(string plural, string name)
        where T : class => Find(plural, name) is { } found ? Typed<T>(found) : null;

    public IReadOnlyList<StoreEvent> EventsAfter(long version, string plural)
    {
        lock (_gate)
        {
            return [.. _events.Where(change => change.Version > version && change.Plural == plural)];
        }
    }

    /// <summary>Creates an object.</summary>
    public JsonObject Create(string plural, JsonObject body)
    {
        lock (_gate)
        {
            var key = (plural, Name(body));
            return _objects.ContainsKey(key)
                ? throw new RefusedException(409, "AlreadyExists", $"{plural} {key.Item2} exists.")
                : Put(key, null, body);
        }
    }

    /// <summary>Replaces an object; its resource version must be the present one.</summary>
    public JsonObject Update(string plural, JsonObject body)
    {
        lock (_gate)
        {
            var key = (plural, Name(body));
            var before = _objects.GetValueOrDefault(key) ?? throw new RefusedException(404, "NotFound", $"{plural} {key.Item2} is not there.");
            return Version(before) == Version(body) ? Put(key, before, body) : throw Conflict(key);
        }
    }

    /// <summary>Server-side apply: sets what the manager sets, takes away what it no longer sets, leaves the rest.</summary>
    public JsonObject Apply(string plural, string name, string? subresource, string manager, JsonObject patch)
    {
        lock (_gate)
        {
            var key = (plural, name);
            var before = _objects.GetValueOrDefault(key);
            if (Version(patch) is { } expected && expected != (before is null ? null : Version(before)))
            {
                throw Conflict(key);
            }

            if (before is null && subresource is not null)
            {
                throw new RefusedException(404, "NotFound", $"{plural} {name} is not there.");
            }

            var fields = Copy(patch);
            foreach (var field in fields.Select(field => field.Key).ToList())
            {
                if (field is not ("apiVersion" or "kind") && (subresource is null ? field == "status" : field != subresource))
                {
                    fields.Remove(field);
                }
            }

            (fields["metadata"] as JsonObject)?.Remove("resourceVersion");
            var after = before is null ? [] : Copy(before);
            var owner = (plural, name, $"{manager}/{subresource}");
            Merge(after, _applied.GetValueOrDefault(owner), fields);
            var result = Put(key, before, after);
            _applied[owner] = fields;
            return result;
        }
    }

    /// <summary>A change of a controller, or by hand.</summary>
    public void Change<T>(string plural, string name, Action<T> change)
    {
        lock (_gate)
        {
            if (_objects.TryGetValue((plural, name), out var before))
            {
                var value = Typed<T>(before);
                change(value);
                Put((plural, name), before, JsonNode.Parse(KubernetesJson.Serialize(value))!.AsObject());
            }
        }
    }

    /// <summary>Deletes an object. What it owns ends with the next <see cref="Collect"/>.</summary>
    public void Delete(string plural, string name)
    {
        lock (_gate)
        {
            if (_objects.Remove((plural, name), out var gone))
            {
                Tell(plural, "DELETED", gone);
            }
        }
    }

    /// <summary>The garbage collector: deletes objects whose owners are gone, also those that were created after their owner's end. Pods drain first.</summary>
    public void Collect()
    {
        lock (_gate)
        {
            var there = _objects.Values.Select(value => (string?)value["metadata"]!["uid"]).ToHashSet();
            foreach (var (key, owned) in _objects.ToList())
            {
                if (owned["metadata"]!["ownerReferences"] is not JsonArray { Count: > 0 } owners || owners.Any(owner => there.Contains((string?)owner!["uid"])))
                {
                    continue;
                }

                if (key.Plural != "pods")
                {
                    Delete(key.Plural, key.Name);
                }
                else if (owned["metadata"]!["deletionTimestamp"] is null)
                {
                    var drained = Copy(owned);
                    drained["metadata"]!["deletionTimestamp"] = Now();
                    Put(key, owned, drained);
                }
            }
        }
    }

    /// <summary>Forgets the history: every watch that begins or goes on from before now ends with 410.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            // One version more, so that a watch from the present one is too old as well.
            Forgotten = ++_version;
            _events.Clear();
            Pulse();
        }
    }

    private static TaskCompletionSource NewPulse() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static RefusedException Conflict((string Plural, string Name) key) =>
        new(409, "Conflict", $"{key.Plural} {key.Name}: the object has been modified; apply your changes to the latest version.");

    private static JsonObject Copy(JsonObject value) => value.DeepClone().AsObject();

    private static T Typed<T>(JsonObject value) => KubernetesJson.Deserialize<T>(value.ToJsonString());

    private static string Name(JsonObject body) => (string)body["metadata"]!["name"]!;

    private static string? Version(JsonObject body) => (string?)body["metadata"]?["resourceVersion"];

    private static string Now() => DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static void Merge(JsonObject live, JsonObject? before, JsonObject wanted)
    {
        foreach (var (key, _) in before ?? [])
        {
            if (!wanted.ContainsKey(key))
            {
                live.Remove(key);
            }
        }

        foreach (var (key, value) in wanted)
        {
            if (value is JsonObject map && live[key] is JsonObject present)
            {
                Merge(present, before?[key] as JsonObject, map);
            }
            else
            {
                live[key] = value?.DeepClone();
            }
        }
    }

    /// <summary>The defaults that the API server adds and the operator did not ask for.</summary>
    private static void AddDefaults(string plural, JsonObject value)
    {
        if (plural == "deployments" && value["spec"] is JsonObject spec)
        {
            spec["replicas"] ??= 1;
            spec["progressDeadlineSeconds"] ??= 600;
            spec["revisionHistoryLimit"] ??= 10;
            foreach (var container in spec["template"]!["spec"]!["containers"]!.AsArray())
            {
                container!["terminationMessagePath"] ??= "/dev/termination-log";
                container["imagePullPolicy"] ??= "IfNotPresent";
                foreach (var port in container["ports"]!.AsArray())
                {
                    port!["protocol"] ??= "TCP";
                }
            }
        }
    }

    private JsonObject Put((string Plural, string Name) key, JsonObject? before, JsonObject after)
    {
        after = Copy(after);
        AddDefaults(key.Plural, after);
        var metadata = after["metadata"]!.AsObject();
        metadata["uid"] ??= Guid.NewGuid().ToString();
        metadata["creationTimestamp"] ??= Now();
        var generation = (long?)before?["metadata"]!["generation"] ?? 0;
        metadata["generation"] = JsonNode.DeepEquals(before?["spec"], after["spec"]) ? generation : generation + 1;
        metadata["resourceVersion"] = before is null ? null : Version(before);
        if (before is not null && JsonNode.DeepEquals(before, after))
        {
            return Copy(before);
        }

        _objects[key] = after;
        Tell(key.Plural, before is null ? "ADDED" : "MODIFIED", after);
        return Copy(after);
    }

    private void Tell(string plural, string type, JsonObject value)
    {
        value["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        _events.Add(new(_version, plural, type, Copy(value)));
        Pulse();
    }

    private void Pulse()
    {
        _pulse.SetResult();
        _pulse = NewPulse();
    }
}
