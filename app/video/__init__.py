"""The video engine: files in, files out.

It looks at what somebody uploaded (`source`), makes what people watch and download (`render`), puts
the contest's mark on winners (`branding`) and reads captions (`captions`). It knows nothing of the
contest, of the database or of the web: `python -m app.video` works on a laptop without them.

Words: a *source* is the uploaded file as probed, a *recipe* says what a rendition is like, a *step*
is one run of ffmpeg or ffprobe, a *made* file is a rendition that was verified.
"""
