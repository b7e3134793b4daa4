using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Granary.Api.Traffic;

/// <summary>A turn that is given back once, by the work or by the answer that waits for its reader.</summary>
internal sealed class Turn(Admission admission)
{
    private int _isBack;

    public void GiveBack()
    {
        if (Interlocked.Exchange(ref _isBack, 1) == 0)
        {
            admission.Leave();
        }
    }
}

/// <summary>The body of an answer that gives the turn of its request back when the server's buffer is full and the reader is slow.</summary>
internal sealed class PatientAnswer(IHttpResponseBodyFeature inner, Turn turn) : IHttpResponseBodyFeature
{
    private readonly PatientWriter _writer = new(inner.Writer, turn);

    public Stream Stream => inner.Stream;

    public PipeWriter Writer => _writer;

    public Task CompleteAsync() => inner.CompleteAsync();

    public void DisableBuffering() => inner.DisableBuffering();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        inner.SendFileAsync(path, offset, count, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    private sealed class PatientWriter(PipeWriter inner, Turn turn) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            var flushing = inner.FlushAsync(cancellationToken);
            if (!flushing.IsCompleted)
            {
                turn.GiveBack();
            }

            return flushing;
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);
    }
}
